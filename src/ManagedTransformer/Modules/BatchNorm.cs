using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Batch normalisation over the last axis (Ioffe and Szegedy, 2015) with a gain (<c>weight</c>, starts at 1), a bias (starts at 0) and
/// running statistics (<c>running_mean</c> and <c>running_var</c>, start at 0 and 1), which training moves and inference uses.
/// </summary>
public sealed class BatchNorm : Module
{
    private readonly float _epsilon, _momentum;

    /// <summary>A norm of rows of a width.</summary>
    /// <param name="dim">Width.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">Weight of the newest batch in the running statistics.</param>
    public BatchNorm(int dim, float epsilon = 1e-5f, float momentum = 0.1f)
    {
        (_epsilon, _momentum) = (epsilon, momentum);
        Weight = Initialization.Ones(new Shape(dim));
        Bias = Initialization.Zeros(new Shape(dim));
        RunningMean = Tensor.Zeros(new Shape(dim)).Keep();
        RunningVariance = Tensor.Ones(new Shape(dim)).Keep();
    }

    /// <summary>Gain, [dim].</summary>
    public Parameter Weight { get; }

    /// <summary>Bias, [dim].</summary>
    public Parameter Bias { get; }

    /// <summary>Running mean, [dim].</summary>
    public Tensor RunningMean { get; }

    /// <summary>Running unbiased variance, [dim].</summary>
    public Tensor RunningVariance { get; }

    /// <summary>Whether training uses the running statistics too and leaves them as they are, as inference does.</summary>
    internal bool IsFrozen { get; set; }

    /// <summary>
    /// Receives mean and variance of every batch in training, in place of the running statistics, which stay as they are: for workers that
    /// see a part of the batches each. Null: they are moved at once.
    /// </summary>
    internal List<(Tensor Mean, Tensor Variance)>? Batches { get; set; }

    /// <summary>The normalised rows.</summary>
    /// <param name="x">[..., dim]; in training at least two rows that count.</param>
    /// <param name="context">Which statistics to use.</param>
    /// <param name="mask">The shape of x without its last axis: 1 where a row counts for the batch's statistics, else 0; default:
    /// all count.</param>
    public Tensor Forward(Tensor x, ForwardContext context, Tensor? mask = null)
    {
        bool isTraining = context.IsTraining && !IsFrozen;
        if (!isTraining || Batches is null || Checkpointing.IsRecomputing)
        {
            return x.BatchNorm(Weight, Bias, RunningMean, RunningVariance, isTraining, _momentum, _epsilon, mask);
        }

        // Moved all the way from zero, they are the batch's own.
        Tensor mean = Tensor.Zeros(RunningMean.Shape), variance = Tensor.Zeros(RunningVariance.Shape);
        Batches.Add((mean, variance));
        return x.BatchNorm(Weight, Bias, mean, variance, training: true, momentum: 1, _epsilon, mask);
    }

    /// <summary>Moves the running statistics by those of a batch, as <see cref="Forward"/> does by itself.</summary>
    /// <param name="mean">The batch's mean, [dim].</param>
    /// <param name="variance">The batch's unbiased variance, [dim].</param>
    internal void Move(Tensor mean, Tensor variance)
    {
        using NoGradientScope _ = new();
        RunningMean.Assign((RunningMean.Detach() * (1 - _momentum)) + (mean * _momentum));
        RunningVariance.Assign((RunningVariance.Detach() * (1 - _momentum)) + (variance * _momentum));
    }

    /// <summary>
    /// The linear map that does what a linear map and then this norm with its running statistics do: with g = gain / sqrt(running
    /// variance + epsilon), W' = g W (row by row) and b' = (b - running mean) g + bias.
    /// </summary>
    /// <param name="linear">The map in front of the norm.</param>
    public Linear Fold(Linear linear)
    {
        using NoGradientScope _ = new();
        Tensor scale = Weight.Detach() * (RunningVariance + _epsilon).Pow(-0.5f);
        Tensor shift = linear.Bias is { } bias ? bias.Detach() - RunningMean : -RunningMean;
        Tensor weight = linear.EffectiveWeight() * scale.Reshape(new Shape(scale.Shape[0], 1));
        return new Linear(new Parameter(weight), new Parameter((shift * scale) + Bias.Detach()));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("weight", Weight);
        visit.Add("bias", Bias);
        visit.AddBuffer("running_mean", RunningMean);
        visit.AddBuffer("running_var", RunningVariance);
    }
}
