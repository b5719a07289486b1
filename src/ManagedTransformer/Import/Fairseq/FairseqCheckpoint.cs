using ManagedTransformer.Import.Sources;

namespace ManagedTransformer.Import.Fairseq;

/// <summary>
/// Transformers of fairseq (Ott et al., 2019), releases 0.6 to 0.12: language models, with adaptive input and softmax or without, and
/// translation models.
/// </summary>
internal sealed class FairseqCheckpoint : IForeignModel
{
    /// <inheritdoc/>
    public ForeignKind Kind => ForeignKind.Fairseq;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["fairseq"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Options =>
        [ImportOptionNames.Data, ImportOptionNames.SourceDictionary, ImportOptionNames.TargetDictionary, ImportOptionNames.Ema];

    /// <inheritdoc/>
    public ImportedModel Read(ImportSource source)
    {
        FairseqFile file = new(source, "transformer");
        if (file.Settings.Flag("use_rfa"))
        {
            throw source.Refuse("its setting use_rfa is true: a recurrent network of T2R; read it with --from t2r");
        }

        return file.HasEncoder
            ? new FairseqTranslation(file).Read(null, null, null)
            : new FairseqLanguageModel(file).Read(null, null);
    }
}
