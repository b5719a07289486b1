using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>act(LN(W x + b)): the first and the last layer of a deep unit.</summary>
internal sealed class DenseLayer : Module
{
    private readonly Linear _linear;
    private readonly Activation _activation;

    /// <summary>A layer.</summary>
    /// <param name="inputs">Input width.</param>
    /// <param name="outputs">Output width.</param>
    /// <param name="activation">After the norm.</param>
    /// <param name="random">Source of the initial values.</param>
    public DenseLayer(int inputs, int outputs, Activation activation, RandomSource random)
    {
        _linear = new Linear(inputs, outputs, random);
        _activation = activation;
        Norm = new LayerNorm(outputs);
    }

    /// <summary>The norm between map and activation.</summary>
    public LayerNorm Norm { get; }

    /// <summary>The layer's output.</summary>
    /// <param name="x">[..., in]</param>
    /// <param name="context">Dropout of adapters.</param>
    /// <returns>[..., out]</returns>
    public Tensor Forward(Tensor x, ForwardContext context) =>
        _linear.Forward(x, context).GroupedLayerNorm(1, Norm.Weight, Norm.Bias, false, _activation, epsilon: Norm.Epsilon);

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", _linear);
        visit.Add("norm", Norm);
    }
}
