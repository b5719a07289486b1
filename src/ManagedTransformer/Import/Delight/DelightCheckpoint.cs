using ManagedTransformer.Import.Fairseq;
using ManagedTransformer.Import.Sources;

namespace ManagedTransformer.Import.Delight;

/// <summary>DeLighT (Mehta et al., 2021), a fork of fairseq 0.9: language models and translation models.</summary>
internal sealed class DelightCheckpoint : IForeignModel
{
    /// <inheritdoc/>
    public ForeignKind Kind => ForeignKind.Delight;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["delight"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Options =>
        [ImportOptionNames.Data, ImportOptionNames.SourceDictionary, ImportOptionNames.TargetDictionary];

    /// <inheritdoc/>
    public ImportedModel Read(ImportSource source)
    {
        DelightFile parts = new(new FairseqFile(source, "delight"));
        parts.RequireSupported();
        return parts.File.HasEncoder ? new DelightTranslation(parts).Read() : new DelightLanguageModel(parts).Read();
    }
}
