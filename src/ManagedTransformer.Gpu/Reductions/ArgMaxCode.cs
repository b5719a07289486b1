namespace ManagedTransformer.Gpu;

/// <summary>
/// The smallest index of the largest input. NaN is never larger than what came before it and nothing is larger than a NaN: at the start of
/// the axis it counts as infinity, elsewhere not at all.
/// </summary>
internal readonly struct ArgMaxCode : IReduceCode<float, ValueAndIndex>
{
    public ValueAndIndex Empty => Of(float.NegativeInfinity, int.MaxValue);

    public ValueAndIndex Add(ValueAndIndex state, float x, int index)
    {
        float value = !GpuMath.IsNaN(x) ? x : index == 0 ? float.PositiveInfinity : float.NegativeInfinity;
        return Merge(state, Of(value, index));
    }

    public ValueAndIndex Merge(ValueAndIndex a, ValueAndIndex b)
    {
        bool second = b.Value > a.Value || (b.Value == a.Value && b.Index < a.Index);
        return Of(second ? b.Value : a.Value, second ? b.Index : a.Index);
    }

    public uint Result(ValueAndIndex state) => (uint)state.Index;

    private static ValueAndIndex Of(float value, int index)
    {
        ValueAndIndex state = default;
        state.Value = value;
        state.Index = index;
        return state;
    }
}
