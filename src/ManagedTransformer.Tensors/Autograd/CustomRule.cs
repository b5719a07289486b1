namespace ManagedTransformer.Tensors;

/// <summary>The gradient of an operator of the caller's (<see cref="Tensor.Custom"/>).</summary>
/// <param name="backward">Computes it.</param>
/// <param name="ownsOutput">True if the output's memory was made by the operator, and is not an input's or somebody else's.</param>
/// <param name="inputs">Tensors that the output was made from.</param>
internal sealed class CustomRule(CustomGradient backward, bool ownsOutput, Tensor[] inputs) : GradientRule(inputs)
{
    private readonly Tensor[] _inputs = inputs;

    public override bool OwnsOutput => ownsOutput;

    public override void Backward(Tensor dy, GradientSink sink)
    {
        IReadOnlyList<Tensor?> gradients = backward(dy, Output, _inputs)
            ?? throw new InvalidOperationException("The gradient of a custom operator returned null instead of a list.");
        if (gradients.Count != _inputs.Length)
        {
            throw new InvalidOperationException(
                $"The gradient of a custom operator with {_inputs.Length} inputs returned {gradients.Count} tensors.");
        }

        for (int i = 0; i < _inputs.Length; i++)
        {
            if (gradients[i] is not { } gradient)
            {
                continue;
            }

            if (gradient.DType != DType.Float32 || gradient.Device != _inputs[i].Device || gradient.Shape != _inputs[i].Shape)
            {
                throw new InvalidOperationException(
                    $"The gradient of a custom operator's input {i} is {gradient.DType}{gradient.Shape} on {gradient.Device}; it must be "
                    + $"{DType.Float32}{_inputs[i].Shape} on {_inputs[i].Device}.");
            }

            sink.Add(_inputs[i], gradient);
        }
    }
}
