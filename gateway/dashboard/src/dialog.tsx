/** A window over the page, for one thing at a time. Escape and its close button end it; the focus goes back where it came from. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface DialogProps {
  readonly label: string
  readonly className: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

export function Dialog({ label, className, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => element.current?.showModal(), [])
  return (
    <dialog ref={element} class={className} aria-label={label} onClose={onClose}>
      {children}
    </dialog>
  )
}
