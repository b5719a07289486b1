using System.Text;

namespace ManagedTransformer.Fuzz.Mutation;

/// <summary>Makes changed files of a target's seeds: the same seed and number give the same file.</summary>
/// <param name="target">The target.</param>
internal sealed class Mutator(FuzzTarget target)
{
    private const int HeaderLength = sizeof(ulong), MostChanges = 6;

    private readonly byte[][] _words = [.. target.Words.Select(Encoding.UTF8.GetBytes)];

    /// <summary>A changed file.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="index">The number of the file.</param>
    public byte[] Make(ulong seed, int index)
    {
        Random random = new(unchecked((int)(((seed * 0x9E3779B97F4A7C15) ^ (ulong)index * 0xBF58476D1CE4E5B9) >> 17)));
        IReadOnlyList<byte[]> seeds = target.Seeds;
        byte[] file = seeds[random.Next(seeds.Count)];
        byte[] changed = target.Form switch
        {
            FuzzForm.Json when random.Next(3) > 0 => ChangeJson(file, random),
            FuzzForm.Safetensors when random.Next(3) > 0 => ChangeHeader(file, random),
            FuzzForm.Zip when file is [(byte)'P', (byte)'K', ..] && random.Next(4) > 0 => ZipChanges.Change(
                file, random, bytes => ChangeBytes(bytes, random)),
            _ => ChangeBytes(file, random),
        };
        return target.Mend is { } mend && random.Next(8) > 0 ? mend(changed) : changed;
    }

    private byte[] ChangeBytes(byte[] file, Random random)
    {
        ByteChanges changes = new(file, target.Seeds, _words, random);
        for (int left = 1 + random.Next(MostChanges); left > 0; left--)
        {
            changes.Change();
        }

        return changes.ToArray();
    }

    private static byte[] ChangeJson(byte[] file, Random random)
    {
        for (int left = 1 + random.Next(3); left > 0; left--)
        {
            file = JsonChanges.Change(file, random);
        }

        return file;
    }

    private static byte[] ChangeHeader(byte[] file, Random random)
    {
        int length = (int)BitConverter.ToInt64(file);
        byte[] header = ChangeJson(file[HeaderLength..(HeaderLength + length)], random);
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. file[(HeaderLength + length)..]];
    }
}
