using Parquet;
using Parquet.Schema;

namespace ManagedTransformer.Tests.Data;

/// <summary>Writes Parquet files by another library.</summary>
internal static class ParquetWriting
{
    /// <summary>Writes columns of texts, in groups of rows that are alike.</summary>
    public static void Write(
        string path, CompressionMethod compression, int groups, params (string Name, string?[] Texts)[] columns) =>
        Write(path, compression, groups, hasDictionary: true, columns);

    /// <summary>Writes columns of texts, in groups of rows that are alike.</summary>
    public static void Write(
        string path, CompressionMethod compression, int groups, bool hasDictionary, params (string Name, string?[] Texts)[] columns)
    {
        DataField[] fields = [.. columns.Select(column => new DataField(column.Name, typeof(string), isNullable: true))];
        ParquetOptions options = new() { CompressionMethod = compression, DictionaryEncodingThreshold = hasDictionary ? 0.8 : 0 };
        foreach ((string name, _) in hasDictionary ? columns : [])
        {
            options.ColumnEncodingHints[name] = EncodingHint.Dictionary;
        }

        DataField<long> number = new("number");
        Run(async () =>
        {
            await using FileStream file = new(path, FileMode.Create, FileAccess.ReadWrite);
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(
                new ParquetSchema([.. fields, number]),
                file,
                options);
            for (int group = 0; group < groups; group++)
            {
                using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                for (int i = 0; i < fields.Length; i++)
                {
                    await rows.WriteAsync(fields[i], columns[i].Texts!);
                }

                await rows.WriteAsync<long>(number, new long[columns[0].Texts.Length].AsMemory());
            }
        });
    }

    /// <summary>Writes a list of structures with role and content.</summary>
    public static void WriteMessages(string path, string[] roles, string[] contents, int[] definitions, int[] repetitions)
    {
        ParquetSchema schema = new(new ListField("messages", new StructField(
            "element", new DataField("content", typeof(string), true), new DataField("role", typeof(string), true))));
        Run(async () =>
        {
            await using FileStream file = new(path, FileMode.Create, FileAccess.ReadWrite);
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file);
            using ParquetRowGroupWriter rows = writer.CreateRowGroup();
            DataField[] fields = schema.GetDataFields();
            foreach ((DataField field, string[] texts) in fields.Zip((string[][])[contents, roles]))
            {
                await rows.WriteAllPartsAsync<ReadOnlyMemory<char>>(
                    field, texts.Select(text => text.AsMemory()).ToArray(), definitions.AsMemory(), repetitions.AsMemory(), default);
            }
        });
    }

    private static void Run(Func<Task> write) => Task.Run(write).GetAwaiter().GetResult();
}
