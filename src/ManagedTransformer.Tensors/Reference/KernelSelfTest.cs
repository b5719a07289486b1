namespace ManagedTransformer.Tensors.Reference;

/// <summary>Compares every kernel of a device with its plain scalar twin on this machine.</summary>
public static class KernelSelfTest
{
    /// <summary>Number of cases.</summary>
    public static int CaseCount => KernelSuite.Cases.Count;

    /// <summary>Runs all cases. A kernel that throws has failed its case; the other cases go on.</summary>
    /// <param name="device">The device to test.</param>
    /// <param name="progress">Receives every result as it comes.</param>
    /// <param name="cancellation">Ends the test with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>One result per case, in a fixed order.</returns>
    public static IReadOnlyList<KernelTestResult> Run(Device device, Action<KernelTestResult>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        List<KernelTestResult> results = [];
        foreach (KernelCase test in KernelSuite.Cases)
        {
            cancellation.ThrowIfCancellationRequested();
            KernelTestResult result = Run(test, device);
            results.Add(result);
            progress?.Invoke(result);
        }

        return results;
    }

    private static KernelTestResult Run(KernelCase test, Device device)
    {
#pragma warning disable CA1031 // Whatever a kernel throws is this case's result.
        try
        {
            KernelCheck check = test.Check(device);
            return new KernelTestResult(test.Kernel, test.Name, check.Passed, check.Error, check.Description);
        }
        catch (Exception e)
        {
            return new KernelTestResult(test.Kernel, test.Name, false, double.PositiveInfinity, $"{e.GetType().Name}: {e.Message}");
        }
#pragma warning restore CA1031
    }
}
