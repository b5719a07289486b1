namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Cost of one kernel, per step.</summary>
/// <param name="Phase">The part of the step that called it.</param>
/// <param name="Kernel">Its name; of a matrix product also how A and B are stored (n as they are read, t transposed) and M x N x K.</param>
/// <param name="Calls">Number of calls.</param>
/// <param name="Milliseconds">Time of them.</param>
/// <param name="Operations">Multiplications and additions of its products; 0 for a kernel without products.</param>
/// <param name="Bytes">Every operand and every result once: the least that moves between memory and processor where nothing stays in a
/// cache.</param>
public sealed record KernelCost(string Phase, string Kernel, double Calls, double Milliseconds, double Operations, double Bytes)
{
    /// <summary>Billions of operations per second.</summary>
    public double GigaflopsPerSecond => Operations / (Milliseconds * 1e6);

    /// <summary>Billions of bytes per second.</summary>
    public double GigabytesPerSecond => Bytes / (Milliseconds * 1e6);
}
