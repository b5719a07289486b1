namespace ManagedTransformer.Gpu;

/// <summary>A reduction of many inputs to one result through states that threads keep and merge.</summary>
internal interface IReduceCode<TInput, TState> : IMerge<TState>
    where TInput : unmanaged
    where TState : unmanaged
{
    /// <summary>The state of no inputs.</summary>
    TState Empty { get; }

    /// <summary>A state with one more input.</summary>
    /// <param name="state">The state.</param>
    /// <param name="x">The input.</param>
    /// <param name="index">Its place on the axis.</param>
    TState Add(TState state, TInput x, int index);

    /// <summary>The bits of the result: of a float or an integer.</summary>
    uint Result(TState state);
}
