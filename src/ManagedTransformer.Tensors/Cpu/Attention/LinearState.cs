using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>A state (s, z) of one head in scratch memory: rows of s and, behind them, z, each filled up to whole vectors.</summary>
internal readonly unsafe struct LinearState<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private readonly int _features, _valueWidth;
    private readonly nint _count;

    /// <summary>Takes <see cref="Size"/> numbers.</summary>
    public LinearState(in LinearArguments arguments, float* memory)
    {
        (_features, _valueWidth) = (arguments.Features, arguments.ValueWidth);
        Stride = RowPanels<TOps, TVector>.Padded(_valueWidth);
        _count = Size(arguments);
        S = memory;
        Z = memory + ((nint)_features * Stride);
    }

    public float* S { get; }

    public float* Z { get; }

    /// <summary>Distance of the rows of s.</summary>
    public int Stride { get; }

    /// <summary>Numbers of a state.</summary>
    public static nint Size(in LinearArguments arguments) =>
        ((nint)arguments.Features * RowPanels<TOps, TVector>.Padded(arguments.ValueWidth))
        + RowPanels<TOps, TVector>.Padded(arguments.Features);

    /// <summary>Takes over a tensor's state; an absent one is zero.</summary>
    public void Load(LinearStateRows source)
    {
        NativeMemory.Clear(S, (nuint)_count * sizeof(float));
        if (source.S is not null)
        {
            RowPanels<TOps, TVector>.Pack(new HeadRows(source.S, _valueWidth), _features, _valueWidth, 1, S);
            RowPanels<TOps, TVector>.Pack(new HeadRows(source.Z, _features), 1, _features, 1, Z);
        }
    }

    /// <summary>Writes the state to a tensor's, if that is wanted.</summary>
    public void Store(LinearStateRows target)
    {
        if (target.S is not null)
        {
            RowPanels<TOps, TVector>.Unpack(S, _features, _valueWidth, new HeadRows(target.S, _valueWidth));
            RowPanels<TOps, TVector>.Unpack(Z, 1, _features, new HeadRows(target.Z, _features));
        }
    }

    /// <summary>Takes over another state.</summary>
    public void Copy(LinearState<TOps, TVector> source) => NativeMemory.Copy(source.S, S, (nuint)_count * sizeof(float));

    /// <summary>Multiplies the state by a number.</summary>
    public void Scale(float factor) => RowPanels<TOps, TVector>.Scale(S, _count, factor);

    /// <summary>The sum of the products of all elements with those of another state.</summary>
    public float Product(LinearState<TOps, TVector> other)
    {
        TVector sum = TOps.Zero;
        for (nint i = 0; i < _count; i += TOps.Count)
        {
            sum = TOps.MultiplyAdd(TOps.Load(S + i), TOps.Load(other.S + i), sum);
        }

        return TOps.Sum(sum);
    }
}
