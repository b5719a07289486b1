using Xunit.Sdk;
using Xunit.v3;

// The number of threads belongs to the whole process, and child processes want the cores.
[assembly: Parallelization(Mode = ParallelMode.None)]
