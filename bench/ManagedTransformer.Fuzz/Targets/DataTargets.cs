using ManagedTransformer.Compression;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Fuzz.Targets;

/// <summary>Texts to train on, and how they are compressed.</summary>
internal static class DataTargets
{
    private const string Table = "pairs.tsv", Compressed = "block.bin";

    private const string Template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";

    private const int MostDecompressed = 1 << 16;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("parquet", "columns of Parquet files", "text.parquet", folder => Load(folder, "text.parquet"))
        {
            Words = ["PAR1", "text", "messages", "list", "element", "\u0015\0", "\u0019\u001c", "\u00ff\u00ff\u00ff\u00ff\u000f"],
        },
        new("snappy", "Snappy, as Parquet has it", Compressed, folder => Decompress(folder, SnappyDecoder.Decompress))
        {
            Documented = typeof(InvalidDataException),
        },
        new("zstandard", "Zstandard, as Parquet has it", Compressed, folder => Decompress(folder, ZstandardDecoder.Decompress))
        {
            Documented = typeof(InvalidDataException),
        },
        new("jsonl", "texts and conversations in lines of JSON", "text.jsonl", folder => Load(folder, "text.jsonl"))
        {
            Form = FuzzForm.Json,
            Words = ["\n", "\"text\"", "\"messages\"", "\"prompt\"", "\"completion\"", "\"tool_calls\"", "\\ud800", "\u00ff\u00fe"],
        },
        new("gzip", "a text in gzip", "text.txt.gz", folder => Load(folder, "text.txt.gz")),
        new("text", "plain texts", "text.txt", folder => Load(folder, "text.txt"))
        {
            Words = ["\ufeff", "\r\n", "\0", "\ud83d\ude00"],
        },
        new("table", "pairs of sentences in a table", Table, folder => ParallelCorpus.LoadTable(Path.Combine(folder, Table)))
        {
            Words = ["\t", "\n", "\r\n", "\u2028", "\0"],
        },
    ];

    private static void Load(string folder, string name)
    {
        TextCorpus corpus = TextCorpus.Load(Path.Combine(folder, name), new TextCorpusOptions { Template = new ChatTemplate(Template) });
        corpus.RequireUtf8();
    }

    // The length stands beside the block.
    private static void Decompress(string folder, Decoder decode)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(folder, Compressed));
        if (file.Length >= sizeof(ushort))
        {
            decode(file.AsSpan(sizeof(ushort)), new byte[BitConverter.ToUInt16(file) % MostDecompressed]);
        }
    }

    private delegate void Decoder(ReadOnlySpan<byte> source, Span<byte> destination);
}
