using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="OutputDotCode"/> takes.</summary>
internal struct OutputDotArguments
{
    public HeadOperand Y, DY;
    public ArrayView<float> Dots;
    public long Count;
    public int Heads, QueryLength, Width;
}
