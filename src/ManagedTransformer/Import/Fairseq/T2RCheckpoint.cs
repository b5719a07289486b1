using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Import.Fairseq;

/// <summary>
/// Recurrent networks of T2R (Kasai et al., 2021), a fork of fairseq 0.10 whose decoder layers have a feature map beside each attention.
/// </summary>
internal sealed class T2RCheckpoint : IForeignModel
{
    private const float Epsilon = 0.01f;

    /// <inheritdoc/>
    public ForeignKind Kind => ForeignKind.T2R;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["t2r"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Options =>
        [ImportOptionNames.Data, ImportOptionNames.SourceDictionary, ImportOptionNames.TargetDictionary];

    /// <inheritdoc/>
    public ImportedModel Read(ImportSource source)
    {
        FairseqFile file = new(source, "transformer");
        if (!file.Settings.Flag("use_rfa"))
        {
            return new FairseqCheckpoint().Read(source);
        }

        file.Settings.RefuseFlags("use_input_gate", "learned_tau", "norm_rescale");
        if (file.Settings.Rate("attention_dropout") > 0)
        {
            source.Note("attention_dropout is left out: linear attention never forms the weights that it would drop.");
        }

        int heads = file.Heads("decoder");
        LinearAttentionConfig linear = Linear(file, "self_attn", "fc3", "causal_proj_dim", heads);
        if (!file.HasEncoder)
        {
            return new FairseqLanguageModel(file).Read(linear, (ours, theirs) =>
                MapFeatures(file, $"{ours}.attn", $"{theirs}.self_attn", $"{theirs}.fc3", linear, heads));
        }

        LinearAttentionConfig cross = Linear(file, "encoder_attn", "fc4", "cross_proj_dim", heads);
        return new FairseqTranslation(file).Read(linear, cross, (ours, theirs) =>
        {
            MapFeatures(file, $"{ours}.attn", $"{theirs}.self_attn", $"{theirs}.fc3", linear, heads);
            MapFeatures(file, $"{ours}.cross_attn", $"{theirs}.encoder_attn", $"{theirs}.fc4", cross, heads);
        });
    }

    private static LinearAttentionConfig Linear(FairseqFile file, string attention, string map, string setting, int heads)
    {
        (ForeignSettings settings, StateDictionary state) = (file.Settings, file.State);
        string layer = $"decoder.layers.{file.Layers("decoder")[0]}";
        int rows = state.Size($"{layer}.{map}.weight", 2, 0), size = rows / heads;
        if (rows % heads != 0 || (settings.Integer(setting) is { } stated && stated != size))
        {
            throw file.Source.Refuse(
                $"the tensor '{layer}.{map}.weight' has {rows} rows, which are not {heads} heads times its setting {setting}");
        }

        FeatureActivation activation = settings.Text("attn_act") switch
        {
            null or "relu" => FeatureActivation.Relu,
            "gelu" => FeatureActivation.Gelu,
            "tanh" => FeatureActivation.Tanh,
            "linear" => FeatureActivation.Linear,
            _ => throw settings.Unsupported("attn_act"),
        };

        // Attention to the source divides by the larger of |den| and epsilon; features that are not negative make both the same.
        bool isSigned = attention == "encoder_attn" && activation != FeatureActivation.Relu;
        return new LinearAttentionConfig
        {
            Map = FeatureMapKind.Learned,
            FeatureSize = size,
            Activation = activation,
            Normalize = settings.Text("random_feature") switch
            {
                "mlp" => false,
                "mlp-norm" => true,
                _ => throw settings.Unsupported("random_feature"),
            },
            Reparam = state.Has($"{layer}.{attention}.sigma"),
            Tau = Tau(file, attention),
            QueryScale = true,
            Denominator = isSigned ? LinearDenominator.AbsClamp : LinearDenominator.Clamp,
            Eps = Epsilon,
        };
    }

    // A parameter that is never trained: one number for the whole model.
    private static float Tau(FairseqFile file, string attention)
    {
        float? tau = null;
        foreach (int layer in file.Layers("decoder"))
        {
            string name = $"decoder.layers.{layer}.{attention}.tau";
            if (file.State.Get(name) is not { } tensor)
            {
                continue;
            }

            if (tensor.Count != 1)
            {
                throw file.Source.Refuse($"the tensor '{name}' has the shape {tensor.Shape()}, it must be one number");
            }

            float value = file.State.Read(name)[0];
            if (tau is { } before && before != value)
            {
                throw file.Source.Refuse($"'{name}' is {value} and that of another layer {before}; all must agree");
            }

            tau = value;
        }

        return tau ?? 1;
    }

    private static void MapFeatures(
        FairseqFile file, string ours, string attention, string map, LinearAttentionConfig linear, int heads)
    {
        WeightPlan plan = file.Plan;
        long size = linear.FeatureSize;
        plan.Add($"{ours}.feature.weight", $"{map}.weight",
            shape => shape is [var rows, var width] && rows == heads * size ? [heads, size, width] : null, (values, _) => values);
        plan.Reshape($"{ours}.feature.bias", $"{map}.bias", heads, size);
        if (linear.Reparam)
        {
            plan.Copy($"{ours}.feature.sigma", $"{attention}.sigma");
        }
    }
}
