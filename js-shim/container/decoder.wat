;; Puts together what streams.js took apart, and decodes the text of text.js; both describe what they write.
;;
;; Memory: the digit of each character from byte 0 on; the cursor of each stream from 128 on; the list of recent locals
;; from 256 on, and that of recent functions from 1024 on, 2 bytes an entry; from 9216 on the text, and then the module.
;; The streams stand at the very end, so that whoever reads
;; past them traps. Each turn of a loop moves a cursor or the output forward, so that every input ends.
(module
  ;; 4 MiB, of which what is not touched costs nothing.
  (memory (export "memory") 64)
  (global $output (mut i32) (i32.const 9216))

  ;; Decodes in place the text that ends at $end: two characters are 12 or 13 bits.
  (func (export "decode") (param $end i32)
    (local $from i32)
    (local $to i32)
    (local $pair i32)
    (local $bits i32)
    (local $count i32)
    (local.set $from (local.tee $to (i32.const 9216)))
    (loop $next
      (local.set $bits
        (i32.or
          (local.get $bits)
          (i32.shl
            (local.tee $pair
              (i32.add
                (i32.load8_u (i32.load8_u (local.get $from)))
                (i32.mul (i32.load8_u (i32.load8_u offset=1 (local.get $from))) (i32.const 91))))
            (local.get $count))))
      (local.set $count
        (i32.sub
          (i32.add (local.get $count) (i32.const 13))
          (i32.ge_u (i32.and (local.get $pair) (i32.const 4095)) (i32.const 4003))))
      (loop $byte
        (if (i32.gt_u (local.get $count) (i32.const 7))
          (then
            (i32.store8 (local.get $to) (local.get $bits))
            (local.set $to (i32.add (local.get $to) (i32.const 1)))
            (local.set $bits (i32.shr_u (local.get $bits) (i32.const 8)))
            (local.set $count (i32.sub (local.get $count) (i32.const 8)))
            (br $byte))))
      (br_if $next
        (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 2))) (local.get $end)))))

  ;; Moves a byte from a stream to the output; returns it.
  (func $read (param $stream i32) (result i32)
    (local $from i32)
    (local $byte i32)
    (local.set $from (i32.load offset=128 (local.tee $stream (i32.shl (local.get $stream) (i32.const 2)))))
    (i32.store offset=128 (local.get $stream) (i32.add (local.get $from) (i32.const 1)))
    (i32.store8 (global.get $output) (local.tee $byte (i32.load8_u (local.get $from))))
    (global.set $output (i32.add (global.get $output) (i32.const 1)))
    (local.get $byte))

  ;; Moves a number as LEB128; returns it. From stream 9 on (`offset`) its further bytes stand in the next stream.
  (func $number (param $stream i32) (result i32)
    (local $byte i32)
    (local $value i32)
    (local $shift i32)
    (local.set $byte (call $read (local.get $stream)))
    (local.set $stream (i32.add (local.get $stream) (i32.ge_u (local.get $stream) (i32.const 9))))
    (loop $next
      (local.set $value
        (i32.or
          (local.get $value)
          (i32.shl (i32.and (local.get $byte) (i32.const 127)) (local.get $shift))))
      (if (i32.gt_u (local.get $byte) (i32.const 127))
        (then
          (local.set $byte (call $read (local.get $stream)))
          (local.set $shift (i32.add (local.get $shift) (i32.const 7)))
          (br $next))))
    (local.get $value))

  ;; Writes a number as LEB128.
  (func $write (param $value i32)
    (loop $next
      (i32.store8 (global.get $output)
        (i32.or
          (i32.and (local.get $value) (i32.const 127))
          (i32.shl (i32.gt_u (local.get $value) (i32.const 127)) (i32.const 7))))
      (global.set $output (i32.add (global.get $output) (i32.const 1)))
      (br_if $next (local.tee $value (i32.shr_u (local.get $value) (i32.const 7))))))

  ;; Begins a list of what was used most recently with so many entries, in their order.
  (func $begin (param $list i32) (param $count i32)
    (loop $entry
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (i32.store16
        (i32.add (local.get $list) (i32.shl (local.get $count) (i32.const 1)))
        (local.get $count))
      (br_if $entry (local.get $count))))

  ;; Writes the entry at a place of a list, which moves to the front.
  (func $use (param $list i32) (param $place i32)
    (local $entry i32)
    (local.set $entry
      (i32.load16_u
        (i32.add (local.get $list) (local.tee $place (i32.shl (local.get $place) (i32.const 1))))))
    (memory.copy (i32.add (local.get $list) (i32.const 2)) (local.get $list) (local.get $place))
    (i32.store16 (local.get $list) (local.get $entry))
    (call $write (local.get $entry)))

  ;; Moves the next $length bytes of the stream `outside`.
  (func $outside (param $length i32)
    (memory.copy (global.get $output) (i32.load (i32.const 188)) (local.get $length))
    (i32.store (i32.const 188) (i32.add (i32.load (i32.const 188)) (local.get $length)))
    (global.set $output (i32.add (global.get $output) (local.get $length))))

  ;; Puts the module together from the streams at $streams; returns where it ends.
  (func (export "join") (param $streams i32) (result i32)
    (local $from i32)
    (local $bodies i32)
    (local $start i32)
    (local $count i32)
    (local $token i32)
    (local $stream i32)
    (local.set $from (i32.add (local.get $streams) (i32.const 1864)))
    (loop $cursor
      (i32.store offset=128 (local.get $count) (local.get $from))
      (local.set $from
        (i32.add
          (local.get $from)
          (i32.load offset=1792 (i32.add (local.get $streams) (local.get $count)))))
      (br_if $cursor
        (i32.lt_u (local.tee $count (i32.add (local.get $count) (i32.const 4))) (i32.const 64))))
    (call $outside (i32.load offset=1856 (local.get $streams)))
    (local.set $bodies (i32.load offset=1860 (local.get $streams)))
    (call $begin (i32.const 1024) (i32.const 4096))
    (loop $body
      (if (local.get $bodies)
        (then
          (local.set $bodies (i32.sub (local.get $bodies) (i32.const 1)))
          ;; Room for the body's length, as long as a number can be.
          (global.set $output (i32.add (local.tee $start (global.get $output)) (i32.const 5)))
          (call $begin (i32.const 256) (i32.const 32))
          (local.set $count (i32.shl (call $number (i32.const 1)) (i32.const 1)))
          (loop $declared
            (if (local.get $count)
              (then
                (drop (call $number (i32.const 1)))
                (local.set $count (i32.sub (local.get $count) (i32.const 1)))
                (br $declared))))
          (block $end
            (loop $next
              (local.set $token (i32.add (local.get $streams) (call $read (i32.const 0))))
              ;; The token itself is not output.
              (local.set $from (i32.sub (global.get $output) (i32.const 1)))
              (i32.store8 (local.get $from) (i32.load8_u (local.get $token)))
              (i32.store8 offset=1 (local.get $from) (i32.load8_u offset=256 (local.get $token)))
              (i32.store8 offset=2 (local.get $from) (i32.load8_u offset=512 (local.get $token)))
              (global.set $output
                (local.tee $from
                  (i32.add (local.get $from) (i32.load8_u offset=768 (local.get $token)))))
              (local.set $count (i32.load8_u offset=1280 (local.get $token)))
              (local.set $stream (i32.load8_u offset=1536 (local.get $token)))
              (block $numbers
                (block $targets
                  (block $raw
                    (block $recent
                      (block $local
                        (block $function
                          (br_table $next $end $recent $local $function $raw $targets $numbers
                            (i32.load8_u offset=1024 (local.get $token))))
                        (local.set $count (call $number (local.get $stream)))
                        (br_if $next (i32.gt_u (local.get $count) (i32.const 4095)))
                        (global.set $output (local.get $from))
                        (call $use (i32.const 1024) (local.get $count))
                        (br $next))
                      (local.set $count (call $number (local.get $stream)))
                      (br_if $next (i32.gt_u (local.get $count) (i32.const 31)))
                      (global.set $output (local.get $from)))
                    (call $use (i32.const 256) (local.get $count))
                    (br $next))
                  (loop $byte
                    (drop (call $read (local.get $stream)))
                    (br_if $byte (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
                  (br $next))
                (local.set $count (i32.add (call $number (local.get $stream)) (i32.const 1))))
              (loop $operand
                (drop (call $number (local.get $stream)))
                (br_if $operand (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
              (br $next)))
          ;; The length of the body, and the body behind it.
          (local.set $from (i32.add (local.get $start) (i32.const 5)))
          (local.set $count (i32.sub (global.get $output) (local.get $from)))
          (global.set $output (local.get $start))
          (call $write (local.get $count))
          (memory.copy (global.get $output) (local.get $from) (local.get $count))
          (global.set $output (i32.add (global.get $output) (local.get $count)))
          (br $body))))
    (call $outside
      (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.load (i32.const 188))))
    ;; Each stream is used up, or the input was not what streams.js writes.
    (local.set $from (i32.add (local.get $streams) (i32.const 1864)))
    (local.set $count (i32.const 0))
    (loop $cursor
      (local.set $from
        (i32.add
          (local.get $from)
          (i32.load offset=1792 (i32.add (local.get $streams) (local.get $count)))))
      (if (i32.ne (i32.load offset=128 (local.get $count)) (local.get $from)) (then (unreachable)))
      (br_if $cursor
        (i32.lt_u (local.tee $count (i32.add (local.get $count) (i32.const 4))) (i32.const 64))))
    (global.get $output)))
