using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Gated feed-forward layer down(drop(act(gate(x)) * up(x))) (Shazeer, "GLU Variants Improve Transformer", 2020); with SiLU it is SwiGLU.
/// The weights of gate and up are packed in one matrix and computed in one product.
/// </summary>
public sealed class GatedFeedForward : PositionwiseModule
{
    private readonly Activation _activation;
    private readonly float _activationDropout;
    private readonly PackedLinear _packed;

    /// <summary>A gated feed-forward layer.</summary>
    /// <param name="dim">Width of input and output.</param>
    /// <param name="inner">Width in between.</param>
    /// <param name="activation">Of the gate.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="activationDropout">Dropout on the product.</param>
    /// <param name="bias">Whether the three maps have biases.</param>
    public GatedFeedForward(int dim, int inner, Activation activation, RandomSource random, float activationDropout = 0, bool bias = true)
    {
        (_activation, _activationDropout) = (activation, activationDropout);
        Parameter weight = Initialization.Uniform(new Shape(2 * inner, dim), MathF.Sqrt(6f / (dim + inner)), random);
        _packed = new PackedLinear(weight, bias, inner, inner);
        (Gate, Up) = (_packed[0], _packed[1]);
        Down = new Linear(inner, dim, random, bias);
    }

    /// <summary>The widening map behind which the activation stands.</summary>
    public Linear Gate { get; }

    /// <summary>The widening map that is multiplied with it.</summary>
    public Linear Up { get; }

    /// <summary>The narrowing map.</summary>
    public Linear Down { get; }

    /// <inheritdoc/>
    public override string SlotName => "ffn";

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, ForwardContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Down.Forward(context.Dropout(_packed.Forward(x, context).GatedProduct(_activation), _activationDropout), context);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("gate", Gate);
        visit.Add("up", Up);
        visit.Add("down", Down);
    }
}
