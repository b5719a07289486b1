namespace ManagedTransformer.Tensors.Reference;

/// <summary>One test of one kernel: a script that runs on the reference and on a candidate, whose results are then compared.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Name">What the case is about.</param>
/// <param name="Script">Makes inputs and outputs and calls the kernel.</param>
internal sealed record KernelCase(string Kernel, string Name, Action<KernelRun> Script)
{
    /// <summary>Compares a device with the reference.</summary>
    public KernelCheck Check(Device candidate)
    {
        List<KernelOutput> expected = Run(ReferenceDevice.Instance), actual = Run(candidate);
        KernelCheck worst = new(0, "equal");
        for (int i = 0; i < expected.Count; i++)
        {
            KernelCheck check = expected[i].Compare(actual[i]);
            worst = check.Error > worst.Error ? check : worst;
        }

        return worst;
    }

    /// <summary>Executes the script on one device.</summary>
    public List<KernelOutput> Run(Device device)
    {
        using var run = new KernelRun(device);
        Script(run);
        return run.ReadOutputs();
    }

    public override string ToString() => $"{Kernel}: {Name}";
}
