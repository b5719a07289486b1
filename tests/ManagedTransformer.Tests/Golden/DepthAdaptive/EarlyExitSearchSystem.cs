using ManagedTransformer.Generation;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden.Baseline;

namespace ManagedTransformer.Tests.Golden.DepthAdaptive;

internal sealed class EarlyExitSearchSystem : IGoldenSystem
{
    public string Name => "beam_decode";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        BeamSearchOptions options = BeamSearchTableSystem.Options(test.Config);
        Tensor source = test.Integers("in/src_tokens");
        IReadOnlyList<Hypothesis> found =
            BeamSearchTableSystem.Search(new SequenceSearch(DepthModels.Build(check), source, options.Beam), options,
                source.Shape[1], check);
        int width = test.ShapeOf("out/exits")[1];
        check.Compare("out/exits", [.. found.SelectMany(hypothesis =>
            hypothesis.Exits.Select(exit => (double)exit).Concat(Enumerable.Repeat(0.0, width - hypothesis.Exits.Count)))]);
    }
}
