namespace ManagedTransformer.Tensors.Reference;

/// <summary>One test of one kernel: a script that runs on the reference and on a candidate, whose results are then compared.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Name">Subject of the case.</param>
/// <param name="Script">Makes inputs and outputs and calls the kernel.</param>
internal sealed record KernelCase(string Kernel, string Name, Action<KernelRun> Script)
{
    /// <summary>Compares a device with the reference.</summary>
    public KernelCheck Check(Device candidate) => Check(candidate, null, out _);

    /// <summary>Compares a device with the reference, as far as the device has the results.</summary>
    /// <param name="candidate">The device.</param>
    /// <param name="omissions">Kernels that it leaves out; null if none.</param>
    /// <param name="compared">Number of results that were compared.</param>
    public KernelCheck Check(Device candidate, ILaunchOmissions? omissions, out int compared)
    {
        List<KernelOutput?> actual = Run(candidate, omissions);
        KernelCheck worst = new(0, "equal");
        compared = actual.Count(output => output is not null);
        if (compared == 0)
        {
            return worst;
        }

        List<KernelOutput> expected = Run(ReferenceDevice.Instance);
        for (int i = 0; i < expected.Count; i++)
        {
            KernelCheck check = actual[i] is { } output ? expected[i].Compare(output) : worst;
            worst = check.Error > worst.Error ? check : worst;
        }

        return worst;
    }

    /// <summary>Executes the script on one device.</summary>
    public List<KernelOutput> Run(Device device) => Run(device, null).ConvertAll(output => output!);

    private List<KernelOutput?> Run(Device device, ILaunchOmissions? omissions)
    {
        using var run = new KernelRun(device, omissions);
        Script(run);
        return run.ReadOutputs();
    }

    public override string ToString() => $"{Kernel}: {Name}";
}
