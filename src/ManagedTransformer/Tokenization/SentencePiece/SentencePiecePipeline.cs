using ManagedTransformer.Tokenization.AddedTokens;
using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Pipeline;

namespace ManagedTransformer.Tokenization.SentencePiece;

/// <summary>Makes a tokenizer of a sentencepiece <c>.model</c>.</summary>
internal static class SentencePiecePipeline
{
    /// <summary>Makes it.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <exception cref="InputException">It is damaged or of a kind that is not supported.</exception>
    public static TokenPipeline Read(ReadOnlySpan<byte> bytes, string path)
    {
        SentencePieceModel model = SentencePieceReader.Read(bytes, path);
        TokenMap tokens = new(), userDefined = new();
        for (int id = 0; id < model.Pieces.Count; id++)
        {
            tokens.Set(model.Pieces[id].Text, id);
            if (model.Pieces[id].Kind == PieceKind.UserDefined)
            {
                userDefined.Set(model.Pieces[id].Text, id);
            }
        }

        tokens.Finish();
        TokenIndex users = new(userDefined);
        TokenModel pieces = model.IsBytePair
            ? new SentencePieceBytePairs(tokens, model, users)
            : new SentencePieceUnigram(tokens, model);
        AddedTokenSet none = new([], tokens, null, path);
        return new TokenPipeline(none, new SentencePieceNormalizer(model, users), [], pieces)
        {
            Decoders = [new SentencePieceDecoder(model)],
        };
    }
}
