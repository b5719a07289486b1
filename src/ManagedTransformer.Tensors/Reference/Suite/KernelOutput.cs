using System.Runtime.InteropServices;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>A result of a <see cref="KernelRun"/>, read back with its guard zones on both sides.</summary>
internal sealed class KernelOutput(string label, DType dtype, Tolerance tolerance, byte[] bytes, int guardBytes)
{
    /// <summary>Name and shape of the result.</summary>
    public string Label => label;

    /// <summary>Memory as the device left it, guard zones included.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    private ReadOnlySpan<byte> Content => bytes.AsSpan(guardBytes, bytes.Length - (2 * guardBytes));

    /// <summary>Compares a candidate's result with this one, the reference's.</summary>
    public KernelCheck Compare(KernelOutput candidate)
    {
        if (!candidate.GuardsAreIntact())
        {
            return new KernelCheck(double.PositiveInfinity, $"{label}: wrote outside the output");
        }

        KernelCheck worst = new(0, $"{label}: equal");
        int count = Content.Length / dtype.Size();
        for (int i = 0; i < count; i++)
        {
            double expected = Element(i), actual = candidate.Element(i), error = tolerance.Error(expected, actual);
            if (error > worst.Error)
            {
                worst = new KernelCheck(error, $"{label}: element {i} of {count} is {actual:G9}, expected {expected:G9}");
            }
        }

        return worst;
    }

    private double Element(int index) => dtype switch
    {
        DType.Float32 => MemoryMarshal.Cast<byte, float>(Content)[index],
        DType.Int32 => MemoryMarshal.Cast<byte, int>(Content)[index],
        DType.Int8 => (sbyte)Content[index],
        _ => BitConverter.UInt32BitsToSingle((uint)MemoryMarshal.Cast<byte, ushort>(Content)[index] << 16),
    };

    private bool GuardsAreIntact() =>
        !bytes.AsSpan(0, guardBytes).ContainsAnyExcept(KernelRun.Poison)
        && !bytes.AsSpan(bytes.Length - guardBytes).ContainsAnyExcept(KernelRun.Poison);
}
