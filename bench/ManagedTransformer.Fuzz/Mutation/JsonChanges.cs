using System.Text;
using System.Text.Json;

namespace ManagedTransformer.Fuzz.Mutation;

/// <summary>
/// Changes of JSON that leave it JSON, mostly: other types, other numbers, members twice, gone or elsewhere, deep nesting.
/// </summary>
internal static class JsonChanges
{
    private static readonly int[] _depths = [30, 63, 64, 65, 200, 1000, 20_000];

    private static readonly string[] _values =
    [
        "null", "true", "false", "0", "1", "-1", "2", "3", "7", "8", "64", "255", "256", "0.5", "-0.0", "1e-45", "1e9", "1e38", "1e39",
        "1e308", "1e999", "-1e999", "65536", "16777216", "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295",
        "4294967296", "4611686018427387904", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615",
        "18446744073709551616", "\"\"", "\" \"", "\"a\"", "\"0\"", "\"NaN\"", "\"Infinity\"", "\"\\ud800\"", "\"\\udc00a\"", "\"\\u0000\"",
        "\"\\n\"", "\"\\u001b[2J\"", "\"\\uFFFF\"", "\"\\ud83d\\ude00\"", "\"..\"", "\"../..\"", "\"/etc/passwd\"", "\"a/../../b\"",
        "\"C:\\\\x\"", "\"<0x-1>\"", "\"<0xZZ>\"", "\"<0x100>\"", "\"<0x41>\"", "\"os.system\"", "\"(a+)+$\"", "\"(a|a)*b\"",
        "\"(?:(?:a{0,999}){0,999}){0,999}\"", "\"[[[[\"", "\"(?=a)*\"", "\"\\\\p{L}+|(?!x)\"", "\"{{ x }}\"",
        "\"{% for a in range(9999999) %}{% endfor %}\"", "[]", "{}", "[null]", "[[]]", "[0]", "[\"\"]", "[1,2,3]", "{\"\":0}",
        "{\"a\":{}}", "[9223372036854775807,9223372036854775807]",
    ];

    /// <summary>A file with one thing changed; as it is where it is no JSON.</summary>
    public static byte[] Change(byte[] file, Random random)
    {
        List<Node> nodes = Nodes(file);
        if (nodes.Count == 0)
        {
            return file;
        }

        Node node = nodes[random.Next(nodes.Count)], other = nodes[random.Next(nodes.Count)];
        ReadOnlySpan<byte> value = file.AsSpan(node.Start, node.End - node.Start);
        switch (random.Next(12))
        {
            case 0 or 1 or 2 or 3:
                return Replace(file, node.Start, node.End, Hostile(random));
            case 4:
                return Replace(file, node.Start, node.End, file.AsSpan(other.Start, other.End - other.Start));
            case 5:
                return Replace(file, node.Start, node.End, Nested(value, random));
            case 6:
                return Replace(file, node.Start, node.End, Long(random));
            case 7:
                return Replace(file, node.Start, node.End, Encoding.UTF8.GetBytes(Number(random)));
            case 8 when node.IsMember:
                return Replace(file, node.NameStart, node.NameEnd, random.Next(2) == 0 || !other.IsMember
                    ? Text(random) : file.AsSpan(other.NameStart, other.NameEnd - other.NameStart));
            case 9:
                // Once more, with its name.
                return Replace(file, node.End, node.End, [(byte)',', .. file.AsSpan(node.NameStart, node.End - node.NameStart)]);
            case 10 when node.IsMember:
                // Gone, and something else of this name in its place.
                return Replace(file, node.NameStart, node.End, "\"x\":0"u8);
            default:
                return Replace(file, node.Start, node.Start, [.. Hostile(random), (byte)',']);
        }
    }

    private static byte[] Hostile(Random random) => Encoding.UTF8.GetBytes(_values[random.Next(_values.Length)]);

    // A name or a text: half of a pair cannot be read as one.
    private static byte[] Text(Random random)
    {
        string value;
        do
        {
            value = _values[random.Next(_values.Length)];
        }
        while (value[0] != '"');

        return Encoding.UTF8.GetBytes(value);
    }

    private static byte[] Nested(ReadOnlySpan<byte> value, Random random)
    {
        int depth = _depths[random.Next(_depths.Length)];
        string open = random.Next(2) == 0 ? "[" : "{\"a\":", close = open == "[" ? "]" : "}";
        return
        [
            .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, depth))), .. value,
            .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(close, depth))),
        ];
    }

    private static byte[] Long(Random random)
    {
        int length = 1 << random.Next(4, 16);
        return Encoding.UTF8.GetBytes(random.Next(4) switch
        {
            0 => $"\"{new string((char)('a' + random.Next(3)), length)}\"",
            1 => $"\"{string.Concat(Enumerable.Repeat("\\u0301", length / 8))}\"",
            2 => $"[{string.Join(',', Enumerable.Repeat("0", length / 2))}]",
            _ => new string('9', length),
        });
    }

    private static string Number(Random random) => random.Next(3) switch
    {
        0 => $"{random.Next(-20, 300)}",
        1 => $"{1L << random.Next(63)}",
        _ => $"{random.NextDouble() * Math.Pow(10, random.Next(-10, 40)):R}",
    };

    private static byte[] Replace(byte[] file, int start, int end, ReadOnlySpan<byte> piece) =>
        [.. file.AsSpan(0, start), .. piece, .. file.AsSpan(end)];

    // All values with their names, of a document or of lines of documents.
    private static List<Node> Nodes(byte[] file)
    {
        List<Node> nodes = [];
        Stack<int> open = [];
        Utf8JsonReader reader = new(file, new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = 64 });
        int nameStart = -1, nameEnd = -1;
        try
        {
            while (reader.Read())
            {
                int start = (int)reader.TokenStartIndex, end = (int)reader.BytesConsumed;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        (nameStart, nameEnd) = (start, start + 2 + reader.ValueSpan.Length);
                        continue;
                    case JsonTokenType.EndArray or JsonTokenType.EndObject:
                        nodes[open.Peek()] = nodes[open.Pop()] with { End = end };
                        continue;
                    case JsonTokenType.StartArray or JsonTokenType.StartObject:
                        open.Push(nodes.Count);
                        break;
                    default:
                        break;
                }

                nodes.Add(nameStart < 0 ? new Node(start, start, start, end) : new Node(nameStart, nameEnd, start, end));
                nameStart = -1;
            }
        }
        catch (JsonException)
        {
            // What stands before is good enough, where it is whole.
            return [.. nodes.Where((_, i) => !open.Contains(i))];
        }

        return nodes;
    }

    private readonly record struct Node(int NameStart, int NameEnd, int Start, int End)
    {
        public bool IsMember => NameEnd > NameStart;
    }
}
