/*
 * An OpenCL driver whose calls of one kind fail after a while: in front of the driver that MT_REAL_DRIVER names, the function at place MT_FAILING_CALL of the table through which
 * the loader calls drivers answers CL_OUT_OF_RESOURCES once it has answered MT_CALLS_BEFORE times.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define OUT_OF_RESOURCES (-5)

typedef intptr_t word;
typedef word (*call)(word, word, word, word, word, word, word, word, word, word, word, word);

/* The place of clFinish, which fails after the work: what is queued would else go on into memory that is somebody else's by then. */
#define FINISH 47

static call real;
static int left, place;

/* No function of the table that fails has more than twelve arguments, none of them a floating-point number. */
static word failing(word a, word b, word c, word d, word e, word f, word g, word h, word i, word j, word k, word l)
{
    int fails = __sync_fetch_and_sub(&left, 1) <= 0;
    word answer = fails && place != FINISH ? OUT_OF_RESOURCES : real(a, b, c, d, e, f, g, h, i, j, k, l);
    return fails ? OUT_OF_RESOURCES : answer;
}

static void *driver(void)
{
    static void *loaded;
    return loaded ? loaded : (loaded = dlopen(getenv("MT_REAL_DRIVER"), RTLD_NOW | RTLD_GLOBAL));
}

static void *function(const char *name)
{
    void *(*find)(const char *) = (void *(*)(const char *))dlsym(driver(), "clGetExtensionFunctionAddress");
    void *direct = dlsym(driver(), name);
    return direct ? direct : find(name);
}

/* A platform starts with a pointer to its driver's table. */
int clIcdGetPlatformIDsKHR(unsigned count, void **platforms, unsigned *total)
{
    int (*ask)(unsigned, void **, unsigned *) = (int (*)(unsigned, void **, unsigned *))function("clIcdGetPlatformIDsKHR");
    int code = ask(count, platforms, total);
    if (code == 0 && platforms && !real) {
        place = atoi(getenv("MT_FAILING_CALL"));
        left = atoi(getenv("MT_CALLS_BEFORE"));
        call *entry = *(call **)platforms[0] + place;
        mprotect((void *)((uintptr_t)entry & ~(uintptr_t)4095), 8192, PROT_READ | PROT_WRITE);
        real = *entry;
        *entry = failing;
    }

    return code;
}

void *clGetExtensionFunctionAddress(const char *name)
{
    return strcmp(name, "clIcdGetPlatformIDsKHR") == 0 ? (void *)clIcdGetPlatformIDsKHR : function(name);
}
