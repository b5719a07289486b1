using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="RotaryCode"/>: Count pairs of elements, Half of them in a row.</summary>
internal struct RotaryArguments
{
    public HeadOperand X, Y;
    public ArrayView<float> Cos, Sin;
    public ArrayView<int> Positions;
    public ArrayView<ulong> Errors;
    public long Count;
    public int Length, Heads, Rotated, Half, TableRows, First, HasPositions;

    /// <summary>1, or -1 for the opposite angle.</summary>
    public float Sign;
}
