using ManagedTransformer.Generation;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class BeamSearchSystem : IGoldenSystem
{
    public string Name => "beam_search";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        BeamSearchOptions options = BeamSearchTableSystem.Options(test.Config);
        Tensor source = test.Integers("in/src_tokens");
        BeamSearchTableSystem.Search(new SequenceSearch(SequenceModels.Build(check), source, options.Beam), options,
            source.Shape[1], check);
    }
}
