using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>Position-wise feed-forward layer fc2(drop(act(fc1(x)))) (Vaswani et al., 2017, equation 2).</summary>
public sealed class FeedForward : PositionwiseModule
{
    private readonly Activation _activation;
    private readonly float _activationDropout;

    /// <summary>A feed-forward layer.</summary>
    /// <param name="dim">Width of input and output.</param>
    /// <param name="inner">Width in between.</param>
    /// <param name="activation">In between.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="activationDropout">Dropout after the activation.</param>
    /// <param name="bias">Whether both maps have biases.</param>
    public FeedForward(int dim, int inner, Activation activation, RandomSource random, float activationDropout = 0, bool bias = true)
    {
        _activation = activation;
        _activationDropout = activationDropout;
        Fc1 = new Linear(dim, inner, random, bias);
        Fc2 = new Linear(inner, dim, random, bias);
    }

    /// <summary>The widening map.</summary>
    public Linear Fc1 { get; }

    /// <summary>The narrowing map.</summary>
    public Linear Fc2 { get; }

    /// <inheritdoc/>
    public override string SlotName => "ffn";

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, ForwardContext context) =>
        Fc2.Forward(context.Dropout(Fc1.Forward(x, context, _activation), _activationDropout), context);

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("fc1", Fc1);
        visit.Add("fc2", Fc2);
    }
}
