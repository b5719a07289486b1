namespace ManagedTransformer.Tensors;

/// <summary>One operator application in the record: how the gradient of its output becomes gradients of its inputs.</summary>
/// <param name="inputs">Tensors that the output was made from; null for an operand that was left out.</param>
internal abstract class GradientRule(params Tensor?[] inputs)
{
    private Tensor[]? _owned;

    public Tensor?[] Inputs => inputs;

    /// <summary>The tensor that this rule is about.</summary>
    public Tensor Output { get; set; } = null!;

    /// <summary>Place in the order of creation; backward walks from high to low.</summary>
    public long Order { get; set; }

    /// <summary>The last walk that reached this rule.</summary>
    public long Walk { get; set; }

    /// <summary>The gradient of the output as far as the walk has summed it up.</summary>
    public Tensor? Pending { get; set; }

    /// <summary>True if the output has memory of its own (views have not).</summary>
    public virtual bool OwnsOutput => true;

    /// <summary>Whether it brings gradients to parameters that are not among its inputs.</summary>
    public virtual bool HidesParameters => false;

    /// <summary>Sends gradients of the inputs to the sink. Recording is off.</summary>
    /// <param name="dy">Gradient of the output, of its shape, not necessarily contiguous.</param>
    /// <param name="sink">Receives the gradients.</param>
    public abstract void Backward(Tensor dy, GradientSink sink);

    /// <summary>Returns the memory of values that only this rule knows (saved statistics).</summary>
    public void ReleaseOwned()
    {
        foreach (Tensor tensor in _owned ?? [])
        {
            tensor.Storage.Release();
        }
    }

    /// <summary>Room for the gradient of an operand; null for one that was left out.</summary>
    protected static Tensor? EmptyLike(Tensor? operand) => operand is null ? null : Tensor.EmptyLike(operand);

    /// <summary>Names values that only this rule knows.</summary>
    protected void Own(params Tensor[] tensors) => _owned = tensors;
}
