using System.Collections.Concurrent;
using System.Reflection;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Reference;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// The kernel suite in the interpreter, the kernels in the forms that a CUDA card runs, once for all tests. Each case is cut short after
/// some instructions, its results up to there compared; only a kernel that no case before has executed runs to its end in any case. Where
/// all cases of a kernel of the contract are cut before their first result, or before they come to a kernel of the device, the smallest one
/// is run again, whole. <c>kernel-suite ptx</c> runs
/// all of them whole. Two threads, each with a machine of its own.
/// </summary>
public sealed class InterpretedSuite
{
    // Instructions per case.
    private const long Budget = 5_000_000;

    private static readonly Lazy<InterpretedSuite> _instance = new(() => new InterpretedSuite());
    private readonly ConcurrentBag<SuiteResult> _results = [];
    private readonly ConcurrentDictionary<MethodInfo, bool> _begun = [], _executed = [];
    private readonly ConcurrentDictionary<(KernelCase Test, MatMulPrecision Precision), (long Threads, HashSet<MethodInfo> Kernels)>
        _sizes = [];
    private long _instructions;

    private InterpretedSuite()
    {
        Execute(Budget,
        [
            .. KernelSuite.Cases.Select(test => (test, MatMulPrecision.Float32)),
            .. from test in KernelSuite.Cases
               where SuiteKernels.HasPrecisions(test)
               from precision in new[] { MatMulPrecision.Tf32, MatMulPrecision.BFloat16 }
               select (test, precision),
        ]);
        HashSet<string> passed = [.. _results.Where(result => result.Outcome != SuiteOutcome.TooLarge).Select(result => result.Kernel)];
        IEnumerable<MethodInfo> missed = _sizes.Values.SelectMany(size => size.Kernels).Distinct().Except(_executed.Keys);
        Execute(long.MaxValue,
        [
            .. KernelSuite.Cases.Select(test => test.Kernel).Distinct().Where(kernel => !passed.Contains(kernel))
                .Select(kernel => Smallest(size => size.Key.Test.Kernel == kernel && size.Key.Precision == MatMulPrecision.Float32))
                .Union(missed.Select(kernel => Smallest(size => size.Value.Kernels.Contains(kernel)))),
        ]);
    }

    public static InterpretedSuite Instance => _instance.Value;

    /// <summary>Instructions, counted per thread.</summary>
    public long Instructions => _instructions;

    internal IReadOnlyCollection<SuiteResult> Results => _results;

    /// <summary>The device's kernels that were executed to their end.</summary>
    internal IReadOnlyCollection<MethodInfo> Kernels => [.. _executed.Keys];

    private void Execute(long budget, IEnumerable<(KernelCase Test, MatMulPrecision Precision)> tests)
    {
        var work = new ConcurrentQueue<(KernelCase Test, MatMulPrecision Precision)>(tests);
        Parallel.For(0, 2, _ =>
        {
            using PtxMachine machine = PtxMachine.Interpreter();
            PtxInterpreterLauncher interpreter = machine.Interpreting!;
            interpreter.Begun = _begun;
            while (work.TryDequeue(out (KernelCase Test, MatMulPrecision Precision) next))
            {
                machine.Device.MatMulPrecision = next.Precision;
                interpreter.Begin(budget);
                _results.Add(Check(next.Test, next.Precision, machine));
                _sizes[next] = (interpreter.Threads, interpreter.Seen);
            }

            Interlocked.Add(ref _instructions, interpreter.Executed);
            foreach (MethodInfo kernel in interpreter.Launched.Keys)
            {
                _executed[kernel] = true;
            }
        });
    }

    private (KernelCase Test, MatMulPrecision Precision) Smallest(
        Func<KeyValuePair<(KernelCase Test, MatMulPrecision Precision), (long Threads, HashSet<MethodInfo> Kernels)>, bool> fits) =>
        _sizes.Where(fits).MinBy(size => size.Value.Threads).Key;

    private static SuiteResult Check(KernelCase test, MatMulPrecision precision, PtxMachine machine)
    {
        PtxInterpreterLauncher interpreter = machine.Interpreting!;
        string name = precision == MatMulPrecision.Float32 ? test.ToString() : $"{test} in {precision}";
#pragma warning disable CA1031 // Whatever a kernel throws is this case's result.
        try
        {
            if (precision != MatMulPrecision.Float32)
            {
                // The suite's tolerances are those of Float32: here only what the interpreter checks.
                _ = test.Run(machine.Device);
                return new SuiteResult(test.Kernel, name, interpreter.HaveBegun ? SuiteOutcome.TooLarge : SuiteOutcome.Passed, "no fault");
            }

            KernelCheck check = test.Check(machine.Device, interpreter, out int compared);
            SuiteOutcome outcome = !check.Passed ? SuiteOutcome.Failed : compared > 0 ? SuiteOutcome.Passed : SuiteOutcome.TooLarge;
            return new SuiteResult(test.Kernel, name, outcome, $"{check.Description} ({compared} results)");
        }
        catch (Exception) when (interpreter.HaveBegun)
        {
            // What was left out may have been an operand, also of a kernel executed afterwards.
            return new SuiteResult(test.Kernel, name, SuiteOutcome.TooLarge, "too large");
        }
        catch (Exception e)
        {
            return new SuiteResult(test.Kernel, name, SuiteOutcome.Failed, $"{e.GetType().Name}: {e.Message}");
        }
#pragma warning restore CA1031
    }
}
