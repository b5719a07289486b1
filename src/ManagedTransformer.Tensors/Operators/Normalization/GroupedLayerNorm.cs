using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Layer normalisation of groups of features, with an activation, in one pass: the features may be shuffled between groups first (place
    /// j groups + k receives feature j of group k), every new group is normalised and scaled with a gain and a bias that all groups share,
    /// and the activation follows. With <paramref name="first"/>, its chunks and those of the result take turns at the end: [first_0, y_0,
    /// first_1, y_1, ...] (the grouped layers of Mehta et al., 2021).
    /// </summary>
    /// <param name="x">[..., groups D]</param>
    /// <param name="groups">Number of groups.</param>
    /// <param name="gain">[D]</param>
    /// <param name="bias">[D]</param>
    /// <param name="shuffle">Shuffles features between groups.</param>
    /// <param name="activation">Applied after gain and bias.</param>
    /// <param name="first">[..., F], mixed into the result; null for none.</param>
    /// <param name="chunks">Into how many chunks both are cut; divides both widths.</param>
    /// <param name="epsilon">Added to the variances.</param>
    /// <returns>[..., F + groups D]</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public static Tensor GroupedLayerNorm(this Tensor x, int groups, Tensor gain, Tensor bias, bool shuffle = false,
        Activation activation = Activation.None, Tensor? first = null, int chunks = 1, float epsilon = 1e-5f)
    {
        RequireFloat(x, "GroupedLayerNorm");
        int features = x.Shape[-1];
        if (groups < 1 || features % groups != 0 || gain.Shape != new Shape(features / groups) || bias.Shape != gain.Shape)
        {
            throw new ArgumentException(
                $"GroupedLayerNorm: {groups} groups of {x.Shape} need a gain and a bias of [{features / Math.Max(1, groups)}], they are "
                + $"{gain.Shape} and {bias.Shape}.");
        }

        int firstWidth = first?.Shape[-1] ?? 0;
        if ((first is not null && first.Shape.With(-1, features) != x.Shape) || chunks < 1 || features % chunks != 0
            || firstWidth % chunks != 0)
        {
            throw new ArgumentException($"GroupedLayerNorm: {first?.Shape} cannot be mixed with {x.Shape} in {chunks} chunks.");
        }

        (x, gain, bias, first) = (x.Contiguous(), gain.Contiguous(), bias.Contiguous(), first?.Contiguous());
        Shape perGroup = x.Shape.With(-1, groups);
        Tensor y = Tensor.Empty(x.Shape.With(-1, features + firstWidth), x), mean = Tensor.Empty(perGroup, x),
            rstd = Tensor.Empty(perGroup, x);
        GroupedNormProblem problem = new()
        {
            X = x.Buffer,
            Gain = gain.Buffer,
            Bias = bias.Buffer,
            First = first?.Buffer ?? default,
            Y = y.Buffer,
            Mean = mean.Buffer,
            Rstd = rstd.Buffer,
            Rows = RowCount(x),
            Groups = groups,
            Width = features / groups,
            FirstWidth = firstWidth,
            Chunks = chunks,
            Shuffle = shuffle && groups > 1,
            Epsilon = epsilon,
            Activation = activation,
        };
        x.Kernels.Normalization.GroupedNorm(problem);
        return Recorder.IsNeeded(x, gain, bias) || (first is not null && Recorder.IsNeeded(first))
            ? Recorder.Record(y, new GroupedLayerNormRule(x, gain, bias, first, mean, rstd, problem))
            : y;
    }

    private sealed class GroupedLayerNormRule : GradientRule
    {
        private readonly Tensor _x, _gain, _bias;
        private readonly Tensor? _first;
        private readonly GroupedNormProblem _problem;

        public GroupedLayerNormRule(Tensor x, Tensor gain, Tensor bias, Tensor? first, Tensor mean, Tensor rstd, GroupedNormProblem problem)
            : base(x, gain, bias, first)
        {
            (_x, _gain, _bias, _first, _problem) = (x, gain, bias, first, problem);
            Own(mean, rstd);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor dx = Tensor.EmptyLike(_x), dGain = Tensor.EmptyLike(_gain), dBias = Tensor.EmptyLike(_bias);
            Tensor? dFirst = _first is { RequiresGradient: true } ? Tensor.EmptyLike(_first) : null;
            GroupedNormProblem problem = _problem;
            (problem.Y, problem.DX, problem.DGain, problem.DBias, problem.DFirst) =
                (dy.Contiguous().Buffer, dx.Buffer, dGain.Buffer, dBias.Buffer, dFirst?.Buffer ?? default);
            dy.Kernels.Normalization.GroupedNormGradient(problem);
            sink.Add(_x, dx);
            sink.Add(_gain, dGain);
            sink.Add(_bias, dBias);
            if (dFirst is not null)
            {
                sink.Add(_first!, dFirst);
            }
        }
    }
}
