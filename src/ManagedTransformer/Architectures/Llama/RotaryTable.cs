using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Llama;

/// <summary>
/// Cosines and sines of position times frequency, which all layers of a model share. Computed in double precision, kept as float32, and
/// made longer when a longer text comes.
/// </summary>
/// <param name="frequencies">Radians per position, d / 2 of them.</param>
internal sealed class RotaryTable(double[] frequencies) : Module
{
    private const int FewestRows = 256;
    private readonly Lock _lock = new();
    private Tables? _tables;

    /// <summary>Tables that reach at least so far.</summary>
    /// <param name="positions">Number of positions from 0.</param>
    /// <param name="device">Where they are needed.</param>
    /// <returns>Float32 [P, d / 2] each, P at least the number of positions.</returns>
    public (Tensor Cos, Tensor Sin) For(int positions, Device device)
    {
        // What other threads hold stays valid: a longer table is another one.
        lock (_lock)
        {
            if (_tables is null || _tables.Rows < positions || _tables.Cos.Device != device)
            {
                _tables = Create((int)Math.Min(int.MaxValue, Math.Max(FewestRows, 2L * positions)), device);
            }

            return (_tables.Cos, _tables.Sin);
        }
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
    }

    private Tables Create(int rows, Device device)
    {
        float[] cos = new float[checked(rows * frequencies.Length)], sin = new float[cos.Length];
        for (int position = 0, i = 0; position < rows; position++)
        {
            foreach (double frequency in frequencies)
            {
                (double s, double c) = Math.SinCos(position * frequency);
                (cos[i], sin[i++]) = ((float)c, (float)s);
            }
        }

        Shape shape = new(rows, frequencies.Length);
        return new Tables(rows, Tensor.From(cos, shape, device).Keep(), Tensor.From(sin, shape, device).Keep());
    }

    private sealed record Tables(int Rows, Tensor Cos, Tensor Sin);
}
