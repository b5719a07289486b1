using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden.LinearAttention;

namespace ManagedTransformer.Tests.Golden.TransformerToRnn;

/// <summary>Query and key projections merged with the learnt feature map.</summary>
internal sealed class MergeSystem : IGoldenSystem
{
    public string Name => "merge";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        LinearAttentionLayerOptions options = new()
        {
            Dim = test.Config.Int("dim"),
            Heads = test.Config.Int("heads"),
            Linear = LinearModels.Config(test.Config),
        };
        LinearSelfAttention attention = new(options, new RandomSource(1));
        check.Load(new MergedParts(attention));
        attention.CreateState(1);
        MergedProjections merged = attention.Merged!;
        check.Compare("out/merged.query.weight", merged.Query.Weight);
        check.Compare("out/merged.query.bias", merged.Query.Bias);
        check.Compare("out/merged.key.weight", merged.Key.Weight);
        check.Compare("out/merged.key.bias", merged.Key.Bias);
        (Tensor query, Tensor key) = merged.Map(test.Floats("in/x"));
        check.Compare("out/phi_query", LinearModels.Turned(query));
        check.Compare("out/phi_key", LinearModels.Turned(key));
    }

    /// <summary>The parts of a layer that are merged.</summary>
    private sealed class MergedParts(LinearSelfAttention attention) : Module
    {
        public override void Visit(ParameterVisitor visit)
        {
            visit.Add("query", attention.Query);
            visit.Add("key", attention.Key);
            visit.Add("feature", attention.Feature);
        }
    }
}
