// What jemalloc reads when the process starts. By default it gives freed memory back only while something is
// allocated, and after ten seconds: a worker that is idle after an attack would keep what the attack took. A
// thread of its own gives it back after two, outside the loops. Without jemalloc nobody looks at it.
extern "C" const char* const malloc_conf = "background_thread:true,dirty_decay_ms:2000";
