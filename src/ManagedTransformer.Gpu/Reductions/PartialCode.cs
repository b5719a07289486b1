namespace ManagedTransformer.Gpu;

/// <summary>The second half of a reduction in two kernels: its inputs are the states of the first.</summary>
internal readonly struct PartialCode<TState, TCode> : IReduceCode<TState, TState>
    where TState : unmanaged
    where TCode : struct, IReduceCode<float, TState>
{
    public TState Empty => default(TCode).Empty;

    public TState Add(TState state, TState x, int index) => default(TCode).Merge(state, x);

    public TState Merge(TState a, TState b) => default(TCode).Merge(a, b);

    public uint Result(TState state) => default(TCode).Result(state);
}
