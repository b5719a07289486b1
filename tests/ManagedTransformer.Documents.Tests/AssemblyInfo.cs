using Xunit.Sdk;
using Xunit.v3;

// Commands and programs of a page run in its folder, which is that of the whole process.
[assembly: Parallelization(Mode = ParallelMode.None)]
