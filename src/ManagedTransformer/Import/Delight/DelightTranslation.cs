using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Import.Fairseq;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Import.Delight;

/// <summary>Translation models of DeLighT.</summary>
/// <param name="parts">The checkpoint.</param>
internal sealed class DelightTranslation(DelightFile parts)
{
    private const string SourceTable = "encoder.embed_tokens.map_layer.weight", TargetTable = "decoder.embed_tokens.map_layer.weight";

    private readonly FairseqFile _file = parts.File;
    private readonly StateDictionary _state = parts.File.State;
    private readonly WeightPlan _plan = parts.File.Plan;

    /// <summary>The model.</summary>
    /// <exception cref="InputException">Something cannot be represented.</exception>
    public ImportedModel Read()
    {
        ForeignSettings settings = _file.Settings;
        settings.RefuseFlags("no_token_positional_embeddings");
        DelightConfig delight = parts.Config("enc");
        if (delight != parts.Config("dec") || parts.Layers("encoder") != parts.Layers("decoder"))
        {
            throw _file.Source.Refuse("its settings delight_enc_... and delight_dec_... differ; both sides must agree");
        }

        if (settings.Flag("encoder_normalize_before") != settings.Flag("decoder_normalize_before"))
        {
            throw _file.Source.Refuse("encoder_normalize_before and decoder_normalize_before differ; both sides must agree");
        }

        bool isPreNorm = settings.Flag("decoder_normalize_before"), isShared = _state.AreEqual(SourceTable, TargetTable);
        bool isLearned = _state.Has("encoder.embed_positions.weight");
        EncoderDecoderConfig model = new()
        {
            SrcVocab = _state.Size(SourceTable, 2, 0),
            Vocab = _state.Size(TargetTable, 2, 0),
            Dim = _state.Size("encoder.embed_tokens.dextra_layer.output_layer.weights", 2, 0),
            Heads = 1,
            Ffn = parts.FeedForward("encoder"),
            EncoderLayers = parts.Layers("encoder"),
            DecoderLayers = parts.Layers("decoder"),
            Activation = parts.Activation(),
            PreNorm = isPreNorm,
            FinalNorm = isPreNorm && !_state.Has("decoder.layer_norm.weight") ? false : null,
            Tie = isShared ? EmbeddingTie.All : EmbeddingTie.Decoder,
            Positions = isLearned ? PositionKind.Learned : PositionKind.Half,
            MaxPositions = isLearned
                ? _state.Size("encoder.embed_positions.weight", 2, 0) - FairseqFile.Padding - 1
                : Math.Max(_file.PositionLimit("max_source_positions"), _file.PositionLimit("max_target_positions")),
            ScaleEmbedding = !settings.Flag("no_scale_embedding"),
            PaddingIdx = FairseqFile.Padding,
            Dropout = settings.Rate("dropout"),
            AttentionDropout = settings.Rate("attention_dropout"),
            ActivationDropout = settings.Rate("activation_dropout"),
            Delight = delight,
        };
        MapTables(isShared);
        MapSide("encoder", "dextra_layer", model);
        MapSide("decoder", "dextra_layer_sa", model);
        parts.MapProjection("decoder.project.weight");
        (SentenceTokenizer source, SentenceTokenizer target) =
            FairseqDictionary.OfTranslation(_file.Source, settings, model.SrcVocab, model.Vocab);
        return ImportedModel.Of(_file.Source, model, source, target, _plan);
    }

    private void MapTables(bool isShared)
    {
        _plan.Copy("embed.weight", SourceTable);
        if (isShared)
        {
            _state.Use(TargetTable);
        }
        else
        {
            _plan.Copy("decoder.embed.weight", TargetTable);
        }
    }

    private void MapSide(string side, string unit, EncoderDecoderConfig model)
    {
        parts.MapUnit($"{side}.embed.dextra", $"{side}.embed_tokens.dextra_layer");
        for (int i = 0; i < model.EncoderLayers; i++)
        {
            parts.MapLayer($"{side}.layers.{i}", $"{side}.layers.{i}", unit, hasCross: side == "decoder");
        }

        if (model.Positions == PositionKind.Learned)
        {
            _plan.Copy($"{side}.positions.weight", $"{side}.embed_positions.weight");
        }

        if (side == "encoder" ? model.PreNorm : model.HasFinalNorm)
        {
            _plan.CopyBoth($"{side}.norm", $"{side}.layer_norm");
        }
    }
}
