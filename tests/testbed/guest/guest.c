/* A guest without an operating system or a disk: it rewrites its memory at a chosen rate, and finds out whether any of it was
 * lost. QEMU boots it with -kernel (Multiboot 1, 32 bits). On its command line, all whole numbers:
 *
 *   used=MiB   memory that it fills, and checks     hot=KiB    of it what it rewrites again and again,
 *   lap=ms     once in so long                      cold=KiB   rewritten each second of the rest, one page after the other
 *
 * Each page holds its own number and how often it was written. Before a page is written, and in rounds over all pages that are
 * only read, both must be what they were. Once a second a line goes to the serial port:
 *
 *   beat=SECONDS rounds=ROUNDS lost=PAGES
 *
 * Beats that never jump back, and `lost=0` after a whole round more, say that the guest has run once, with all of its memory. */

typedef unsigned char byte;
typedef unsigned short half;
typedef unsigned int word;
typedef unsigned long long giant;

enum { PAGE = 4096, FIRST = 4 << 20, TICKS = 50 /* a second */, SERIAL = 0x3f8 };

/* The header that says what this is, the entry, and the only interrupt that there is: the timer's. */
__asm__(
  ".section .header, \"a\"\n"
  ".align 4\n"
  ".long 0x1badb002, 0, -0x1badb002\n"
  ".text\n"
  ".global entry, timer\n"
  "entry: mov $stack_end, %esp; push %ebx; call guest\n"
  "timer: push %eax; incl passed; mov $0x20, %al; outb %al, $0x20; pop %eax; iret\n"
  ".bss\n"
  ".align 16\n"
  ".skip 16384\n"
  "stack_end:\n"
  ".text\n");

void timer(void);
volatile word passed; /* ticks */

static void out(half port, byte value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }

static byte in(half port) {
  byte value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static void say(const char *text) {
  for (; *text; text++) {
    for (word patience = 1 << 16; patience && !(in(SERIAL + 5) & 0x20); patience--) {}
    out(SERIAL, *text);
  }
}

static void say_number(const char *name, word value) {
  char digits[11];
  char *at = digits + 10;
  *at = 0;
  do *--at = '0' + value % 10; while (value /= 10);
  say(name);
  say(at);
}

/* The number behind `name=` in the command line; 0 without it. */
static word option(const char *line, const char *name) {
  for (; *line; line++) {
    const char *here = line, *wanted = name;
    while (*wanted && *here == *wanted) here++, wanted++;
    if (*wanted || *here != '=') continue;
    word value = 0;
    while (*++here >= '0' && *here <= '9') value = 10 * value + (*here - '0');
    return value;
  }
  return 0;
}

struct table { half limit; word base; } __attribute__((packed));
static giant segments[3] = {0, 0x00cf9a000000ffffULL, 0x00cf92000000ffffULL}; /* none, code, data: all of the memory */
static giant gates[33]; /* the timer's is number 32 */

static void start_timer(void) {
  struct table of_segments = {sizeof segments - 1, (word)segments}, of_gates = {sizeof gates - 1, (word)gates};
  word at = (word)timer;
  gates[32] = (giant)(at >> 16) << 48 | (giant)0x8e00 << 32 | 8 << 16 | (at & 0xffff);
  __asm__ volatile(
    "lgdt %0; ljmp $8, $1f; 1: mov $16, %%eax; mov %%eax, %%ds; mov %%eax, %%es; mov %%eax, %%ss; lidt %1"
    : : "m"(of_segments), "m"(of_gates) : "eax", "memory");
  /* Interrupt controllers: from 32 on, and only the timer. */
  static const byte first[] = {0x11, 32, 4, 1, 0xfe}, second[] = {0x11, 40, 2, 1, 0xff};
  for (int i = 0; i < 5; i++) out(i ? 0x21 : 0x20, first[i]), out(i ? 0xa1 : 0xa0, second[i]);
  word divisor = 1193182 / TICKS;
  out(0x43, 0x34), out(0x40, divisor), out(0x40, divisor >> 8);
}

/* Pages that are rewritten in turn: those before `next` once more often than the others. */
struct turn { word from, to, next, times; };

static word lost;

static void check(word page, word times) {
  volatile word *at = (word *)(FIRST + page * PAGE);
  if (at[0] != page || at[1] != times) lost++;
}

static void rewrite(struct turn *turn, word pages) {
  for (; pages && turn->from < turn->to; pages--) {
    check(turn->next, turn->times);
    ((volatile word *)(FIRST + turn->next * PAGE))[1] = turn->times + 1;
    if (++turn->next == turn->to) turn->next = turn->from, turn->times++;
  }
}

static word times_of(const struct turn *turn, word page) { return turn->times + (page < turn->next); }

/* How many of `rate` a second are due after so many ticks; `left` keeps what is no whole one. */
static word due(word ticks, word rate, word *left) {
  *left += ticks * rate;
  word whole = *left / TICKS;
  *left %= TICKS;
  return whole;
}

void guest(const word *information) {
  const char *line = (const char *)information[4];
  word pages = option(line, "used") << 8, lap = option(line, "lap");
  struct turn hot = {0, option(line, "hot") >> 2, 0, 1};
  if (hot.to > pages) hot.to = pages;
  struct turn cold = {hot.to, pages, hot.to, 1};
  word hot_rate = lap ? hot.to * 1000 / lap : 0, cold_rate = option(line, "cold") >> 2;
  for (word page = 0; page < pages; page++) {
    volatile word *at = (word *)(FIRST + page * PAGE);
    at[0] = page, at[1] = 1;
  }
  start_timer();
  say("ready\n");
  word last = 0, beat = 0, looked_at = 0, rounds = 0, hot_left = 0, cold_left = 0;
  for (;;) {
    __asm__ volatile("sti; hlt; cli");
    word ticks = passed - last;
    last += ticks;
    if (ticks > TICKS) ticks = TICKS; /* what a long stop has left undone is not made up for */
    rewrite(&hot, due(ticks, hot_rate, &hot_left));
    rewrite(&cold, due(ticks, cold_rate, &cold_left));
    for (word look = pages / TICKS + 1; look; look--) { /* a round a second */
      check(looked_at, times_of(looked_at < hot.to ? &hot : &cold, looked_at));
      if (++looked_at == pages) looked_at = 0, rounds++;
    }
    if (last / TICKS > beat) {
      beat = last / TICKS;
      say_number("beat=", beat), say_number(" rounds=", rounds), say_number(" lost=", lost), say("\n");
    }
  }
}
