using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>The largest input; NaN if one of them is.</summary>
internal readonly struct MaxCode : IReduceCode<float, float>
{
    public float Empty => float.NegativeInfinity;

    public float Add(float state, float x, int index) => GpuMath.Max(state, x);

    public float Merge(float a, float b) => GpuMath.Max(a, b);

    public uint Result(float state) => Interop.FloatAsInt(state);
}
