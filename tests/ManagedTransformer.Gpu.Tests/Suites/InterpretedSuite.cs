using System.Collections.Concurrent;
using System.Reflection;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Reference;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// The kernel suite in the interpreter, the kernels in the forms that a CUDA card runs, once for all tests. Cases of many instructions are
/// cut short, those of each kernel's first case later; <c>kernel-suite ptx</c> runs them all. Two threads, each with a machine of its own.
/// </summary>
public sealed class InterpretedSuite
{
    // Instructions per case, and of the first case of every kernel.
    private const long Budget = 5_000_000, FirstBudget = long.MaxValue;

    private static readonly Lazy<InterpretedSuite> _instance = new(() => new InterpretedSuite());
    private readonly ConcurrentBag<SuiteResult> _results = [];
    private readonly ConcurrentDictionary<MethodInfo, int> _executed = [];
    private readonly ConcurrentDictionary<string, int> _begun = [];

    private InterpretedSuite()
    {
        var work = new ConcurrentQueue<(KernelCase Test, MatMulPrecision Precision)>(
            KernelSuite.Cases.Select(test => (test, MatMulPrecision.Float32)));
        foreach (KernelCase test in KernelSuite.Cases.Where(test => test.Kernel == "MatMul"))
        {
            work.Enqueue((test, MatMulPrecision.Tf32));
            work.Enqueue((test, MatMulPrecision.BFloat16));
        }

        Parallel.For(0, 2, _ => Execute(work));
    }

    public static InterpretedSuite Instance => _instance.Value;

    /// <summary>Instructions, counted per thread.</summary>
    public long Instructions { get; private set; }

    internal IReadOnlyCollection<SuiteResult> Results => _results;

    /// <summary>The device's kernels that were executed to their end.</summary>
    internal IReadOnlyCollection<MethodInfo> Kernels => [.. _executed.Keys];

    private void Execute(ConcurrentQueue<(KernelCase Test, MatMulPrecision Precision)> work)
    {
        using PtxMachine machine = PtxMachine.Interpreter();
        machine.Interpreting!.LeavesOut = true;
        while (work.TryDequeue(out (KernelCase Test, MatMulPrecision Precision) next))
        {
            machine.Device.MatMulPrecision = next.Precision;
            bool isFirst = next.Precision == MatMulPrecision.Float32 && _begun.TryAdd(next.Test.Kernel, 1);
            machine.Interpreting!.Budget = isFirst ? FirstBudget : Budget;
            machine.Interpreting!.IsTruncated = false;
            _results.Add(Check(next.Test, next.Precision, machine));
        }

        lock (_results)
        {
            Instructions += machine.Interpreting!.Executed;
        }

        foreach (MethodInfo kernel in machine.Interpreting.Launched.Keys)
        {
            _executed[kernel] = 1;
        }
    }

    private static SuiteResult TooLarge(KernelCase test) => new(test.Kernel, test.ToString(), SuiteOutcome.TooLarge, "too large");

    private static SuiteResult Check(KernelCase test, MatMulPrecision precision, PtxMachine machine)
    {
#pragma warning disable CA1031 // Whatever a kernel throws is this case's result.
        try
        {
            if (precision != MatMulPrecision.Float32)
            {
                // The suite's tolerances are those of Float32: here only what the interpreter checks.
                _ = test.Run(machine.Device);
                return machine.Interpreting!.IsTruncated ? TooLarge(test) : new SuiteResult(test.Kernel, $"{test} in {precision}", SuiteOutcome.Passed, "no fault");
            }

            KernelCheck check = test.Check(machine.Device);
            return machine.Interpreting!.IsTruncated ? TooLarge(test) : new SuiteResult(test.Kernel, test.ToString(),
                check.Passed ? SuiteOutcome.Passed : SuiteOutcome.Failed, check.Description);
        }
        catch (Exception) when (machine.Interpreting!.IsTruncated)
        {
            return TooLarge(test); // what was left out may have been an operand
        }
        catch (Exception e)
        {
            return new SuiteResult(test.Kernel, $"{test} in {precision}", SuiteOutcome.Failed, $"{e.GetType().Name}: {e.Message}");
        }
#pragma warning restore CA1031
    }
}
