using System.Text;
using System.Text.Json;
using ManagedTransformer.Tokenization.Components;
using NormalizationForm = ManagedTransformer.Tokenization.Unicode.NormalizationForm;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>Reads the part <c>normalizer</c> of a tokenizer's file.</summary>
internal static class NormalizerReader
{
    /// <summary>Reads it; null where it changes nothing.</summary>
    /// <exception cref="InputException">It is malformed or has something that is not supported.</exception>
    public static Normalizer? Read(JsonElement? json, string path)
    {
        Normalizer[] parts = [.. Component.Flatten(json, "normalizer", "normalizers", path).SelectMany(ReadOne)];
        return parts.Length switch
        {
            0 => null,
            1 => parts[0],
            _ => new SequenceNormalizer(parts),
        };
    }

    private static IEnumerable<Normalizer> ReadOne(Component component) => component.Type switch
    {
        "NFC" => [new FormNormalizer(NormalizationForm.C)],
        "NFD" => [new FormNormalizer(NormalizationForm.D)],
        "NFKC" => [new FormNormalizer(NormalizationForm.KC)],
        "NFKD" => [new FormNormalizer(NormalizationForm.KD)],
        "Lowercase" => [new LowercaseNormalizer()],
        "StripAccents" => [MapNormalizer.StripAccents()],
        "Strip" => [new StripNormalizer(component.RequireFlag("strip_left"), component.RequireFlag("strip_right"))],
        "Prepend" => [new PrependNormalizer(Encoding.UTF8.GetBytes(component.Text("prepend")))],
        "Replace" => [new ReplaceNormalizer(component.Pattern("pattern"), Encoding.UTF8.GetBytes(component.Text("content")))],
        "BertNormalizer" or "Bert" => ReadBert(component),
        "Nmt" => [MapNormalizer.Nmt()],
        "ByteLevel" => [new ByteLevelNormalizer()],
        "Precompiled" => [new PrecompiledNormalizer(ReadCharacterMap(component))],
        string other => throw component.Unsupported($"the type '{other}'"),
    };

    private static List<Normalizer> ReadBert(Component component)
    {
        bool lowercase = component.RequireFlag("lowercase");
        List<Normalizer> parts = [];
        if (component.RequireFlag("clean_text"))
        {
            parts.Add(MapNormalizer.BertClean());
        }

        if (component.RequireFlag("handle_chinese_chars"))
        {
            parts.Add(new ChineseNormalizer());
        }

        if (component.Flag("strip_accents") ?? lowercase)
        {
            parts.Add(new FormNormalizer(NormalizationForm.D));
            parts.Add(MapNormalizer.BertAccents());
        }

        if (lowercase)
        {
            parts.Add(new LowercaseNormalizer());
        }

        return parts;
    }

    private static CharacterMap ReadCharacterMap(Component component)
    {
        const string field = "precompiled_charsmap";
        component.Text(field);
        if (!component.Require(field).TryGetBytesFromBase64(out byte[]? bytes))
        {
            throw component.Wrong(field, "is not base64");
        }

        try
        {
            return new CharacterMap(bytes);
        }
        catch (FormatException e)
        {
            throw component.Wrong(field, e.Message);
        }
    }
}
