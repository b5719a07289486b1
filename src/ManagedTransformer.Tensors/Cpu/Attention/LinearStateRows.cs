namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>A state (s, z) of one head of one sequence as tensors keep it: s [K, dv] and z [K]; null if absent.</summary>
internal readonly unsafe struct LinearStateRows(float* s, float* z, int pair, int features, int valueWidth)
{
    public readonly float* S = s is null ? null : s + ((long)pair * features * valueWidth);
    public readonly float* Z = z is null ? null : z + ((long)pair * features);
}
