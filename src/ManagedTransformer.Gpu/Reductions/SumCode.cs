using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>The sum of all inputs.</summary>
internal readonly struct SumCode : IReduceCode<float, float>
{
    public float Empty => 0f;

    public float Add(float state, float x, int index) => state + x;

    public float Merge(float a, float b) => a + b;

    public uint Result(float state) => Interop.FloatAsInt(state);
}
