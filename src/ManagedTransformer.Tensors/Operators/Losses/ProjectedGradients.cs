namespace ManagedTransformer.Tensors;

/// <summary>Gradients of the operands of logits = x W^T + b; null for one that needs none.</summary>
internal readonly record struct ProjectedGradients(Tensor? X, Tensor? Weight, Tensor? Bias)
{
    /// <summary>Sets all of them to zero.</summary>
    public void Clear()
    {
        foreach (Tensor? gradient in (ReadOnlySpan<Tensor?>)[X, Weight, Bias])
        {
            gradient?.Kernels.Elementwise.Fill(gradient.Buffer, gradient.Count, 0);
        }
    }

    /// <summary>Delivers them, multiplied by a factor, to x, W and b; they are used up then, unless the record is kept.</summary>
    /// <param name="sink">Receives them.</param>
    /// <param name="inputs">x, W and b.</param>
    /// <param name="scale">One element, almost always 1; default: 1. Nobody waits for a device to find that out.</param>
    public void Send(GradientSink sink, Tensor?[] inputs, Tensor? scale = null)
    {
        float? known = scale is null ? 1 : scale.HostCopy()?.Item();
        Send(inputs[0], X);
        Send(inputs[1], Weight);
        Send(inputs[2], Bias);

        void Send(Tensor? input, Tensor? gradient)
        {
            if (gradient is not null && known == 1)
            {
                sink.Give(input, gradient);
            }
            else if (gradient is not null)
            {
                sink.Add(input, known is { } factor ? gradient * factor : gradient.Multiply(scale!));
            }
        }
    }
}
