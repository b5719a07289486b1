using System.Buffers;

namespace ManagedTransformer.Tokenization;

/// <summary>One token per byte of the UTF-8 form; the id is the value of the byte. Takes and keeps any bytes.</summary>
public sealed class ByteTokenizer : ITokenizer
{
    internal const string TypeName = "byte";

    /// <inheritdoc/>
    public int VocabularySize => 256;

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<char> text) => Encode(TokenizerText.ToUtf8(text));

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<byte> utf8)
    {
        int[] ids = new int[utf8.Length];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = utf8[i];
        return ids;
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids) => TokenizerText.Decode(this, ids);

    /// <inheritdoc/>
    public void AppendUtf8(int id, int previous, IBufferWriter<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        TokenizerText.RequireId(id, VocabularySize);
        utf8.Write([(byte)id]);
    }

    /// <inheritdoc/>
    public void Save(string path) => JsonFile.Write(path, json => json.WriteString("type", TypeName));
}
