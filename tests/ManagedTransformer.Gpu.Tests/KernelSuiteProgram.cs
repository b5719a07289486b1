using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Reference;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// The kernel suite on one device, one line per case: <c>DEVICE [KERNEL | CASE …]</c>, all kernels if none is named. It runs in a process
/// of its own, whose environment decides which OpenCL drivers there are.
/// </summary>
internal static class KernelSuiteProgram
{
    /// <summary>The first argument that means this program rather than the test runner.</summary>
    public const string Verb = "kernel-suite";

    public static int Run(ReadOnlySpan<string> arguments)
    {
        GpuDevices.Register();
        Devices.Register(new PtxProvider());
        Device device = Devices.Open(arguments[0]);
        HashSet<string> wanted = [.. arguments[1..]];
        int failed = 0;
        Console.WriteLine($"# {device.Name}: {device.Description}");
        foreach (KernelCase test in KernelSuite.Cases.Where(
            test => wanted.Count == 0 || wanted.Contains(test.Kernel) || wanted.Contains(test.ToString())))
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            string result;
            try
            {
                KernelCheck check = test.Check(device);
                failed += check.Passed ? 0 : 1;
                result = FormattableString.Invariant($"{(check.Passed ? "pass" : "FAIL")}\t{test}\t{check.Error:G3}\t{check.Description}");
            }
#pragma warning disable CA1031 // Whatever a kernel throws is this case's result.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failed++;
                result = $"FAIL\t{test}\t\t{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
            }

            Console.WriteLine(
                FormattableString.Invariant($"{result}\t{System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds:N0} ms"));
        }

        return failed == 0 ? 0 : 1;
    }
}
