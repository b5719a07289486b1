using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tests.Golden;
using Xunit;

namespace ManagedTransformer.Tests.Import;

/// <summary>
/// Tests in which a model of this library is written down as another program would, and read again: both compute the same. They reach roads
/// that no file of the authors takes.
/// </summary>
public abstract class RoundTrip : IDisposable
{
    /// <summary>Ids of all models.</summary>
    private protected const int Vocab = 24;

    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected string File => _folder["model.pt"];

    private protected string this[string name] => _folder[name];

    private protected static CausalLanguageModel Model(LanguageModelConfig config) =>
        Initialization.Skip(() => new CausalLanguageModel(config, new RandomSource(1)));

    private protected static EncoderDecoderModel Model(EncoderDecoderConfig config) =>
        Initialization.Skip(() => new EncoderDecoderModel(config, new RandomSource(1)));

    /// <summary>Imports the file and compares it with the model.</summary>
    private protected ImportResult Same(Module model, ForeignKind kind, Func<ImportOptions, ImportOptions>? change = null)
    {
        ImportResult result = Import(kind, change);
        Module read = TrainedModel.Open(_folder["out"]).Module;
        using NoGradientScope _ = new();
        ConfigSpace.Near(Scores(model), Scores(read), 1e-5);
        return result;
    }

    /// <summary>Imports the file, which is refused in a sentence with a word.</summary>
    private protected void Refused(ForeignKind kind, string word, Func<ImportOptions, ImportOptions>? change = null)
    {
        InputException e = Assert.Throws<InputException>(() => Import(kind, change));
        Assert.Contains(word, e.Message, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder["out"]));
    }

    private ImportResult Import(ForeignKind kind, Func<ImportOptions, ImportOptions>? change)
    {
        ImportOptions options = new() { From = kind };
        return ModelImport.Run(File, _folder["out"], change?.Invoke(options) ?? options);
    }

    private static Tensor Scores(Module module)
    {
        Tensor tokens = ConfigSpace.Tokens(2, 6, Vocab, 3);
        return module switch
        {
            CausalLanguageModel model => model.Forward(tokens, ForwardContext.Inference),
            _ => ((EncoderDecoderModel)module).Forward(ConfigSpace.Tokens(2, 5, 20, 1), tokens, ForwardContext.Inference),
        };
    }
}
