/** Whether an element is on the screen or nearly so: lines are fetched for what somebody can see. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { RefObject } from 'preact'

const NEARLY = '300px'

export function useInSight<Kind extends Element>(): [RefObject<Kind | null>, boolean] {
  const element = useRef<Kind>(null)
  const [inSight, setInSight] = useState(false)
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => setInSight(entries.at(-1)?.isIntersecting ?? false),
      {
        rootMargin: NEARLY,
      },
    )
    if (element.current) observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return [element, inSight]
}
