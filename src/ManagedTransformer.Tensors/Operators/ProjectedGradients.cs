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

    /// <summary>Delivers them, multiplied by a factor, to x, W and b.</summary>
    public void Send(GradientSink sink, Tensor?[] inputs, float scale)
    {
        Send(inputs[0], X);
        Send(inputs[1], Weight);
        Send(inputs[2], Bias);

        void Send(Tensor? input, Tensor? gradient)
        {
            if (gradient is not null)
            {
                sink.Add(input, scale == 1 ? gradient : gradient * scale);
            }
        }
    }
}
