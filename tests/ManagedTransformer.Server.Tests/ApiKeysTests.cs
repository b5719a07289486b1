using ManagedTransformer.Cli;
using Xunit;

namespace ManagedTransformer.Server.Tests;

/// <summary>Files with the keys of a server.</summary>
public sealed class ApiKeysTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mt-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void AFileThatIsNoneIsToldInASentence()
    {
        string keys = Path.Combine(_folder.FullName, "keys");
        Assert.Equal($"--api-key-file: the file '{keys}' does not exist.", Refused(keys));
        Assert.Equal($"--api-key-file: the file '{keys}/keys' does not exist.", Refused(keys + "/keys"));
        Assert.Equal($"--api-key-file: '{_folder.FullName}' is a folder, not a file.", Refused(_folder.FullName));
        File.WriteAllText(keys, "0123456789abcdef\n\nfedcba9876543210\n");
        Assert.Equal(["0123456789abcdef", "fedcba9876543210"], ApiKeys.Read(keys, null));
    }

    [Fact]
    public void AKeyThatIsNoneIsNamedByItsPlace()
    {
        string keys = Path.Combine(_folder.FullName, "keys");
        File.WriteAllText(keys, "0123456789abcdef\n\nfedcba98 76543210\n");
        Assert.StartsWith($"--api-key-file '{keys}': the key in line 3 must have at least 16 characters, all of them visible ASCII",
            Assert.Throws<UsageException>(() => ApiKeys.Read(keys, null)).Message, StringComparison.Ordinal);
        File.WriteAllText(keys, "0123456789abcdef\n");
        Assert.StartsWith("The key in MT_API_KEY of the environment must have at least 16 characters",
            Assert.Throws<UsageException>(() => ApiKeys.Read(keys, "short")).Message, StringComparison.Ordinal);
    }

    private static string Refused(string file) => Assert.Throws<InputException>(() => ApiKeys.Read(file, null)).Message;
}
