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

    private static string Refused(string file) => Assert.Throws<InputException>(() => ApiKeys.Read(file, null)).Message;
}
