using System.Diagnostics;
using System.Text;
using Gatehouse.Core.Estate;

namespace Gatehouse.Credentials;

/// <summary>
/// Turns a credential reference into the secret, at use. Nothing is kept longer than a minute, nothing is logged:
/// an error names the reference and the tool's exit code, never what the tool printed.
/// </summary>
internal sealed class CredentialResolver(TimeProvider time)
{
    /// <summary>How long a resolved secret is used before it is asked for again, so that a rotation is seen.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A vault that fails is not asked again for every call that comes, for this long after it was asked and failed.
    /// </summary>
    private static readonly TimeSpan FailureKeptFor = TimeSpan.FromSeconds(5);

    private const int SecretBytesMax = 16 * 1024;

    /// <summary>A vault tool that asks a person for a passphrase would hang: it gets ten seconds.</summary>
    public TimeSpan ToolTimeout { get; init; } = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<CredentialReference, Kept> _kept = [];

    /// <summary>The secret's first line, without line end.</summary>
    /// <exception cref="CredentialException">The reference cannot be resolved; the message says what to do.</exception>
    public async ValueTask<string> ResolveAsync(CredentialReference reference, CancellationToken stop)
    {
        Task<string> reading;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_kept.TryGetValue(reference, out var kept)
                && now < (kept.Reading.IsFaulted ? kept.FailedUntil : kept.Until))
            {
                reading = kept.Reading;
            }
            else
            {
                // One question at a time for each reference, for all calls; it does not end with the call that asked
                // first.
                reading = ReadCheckedAsync(reference);
                _kept[reference] = new Kept(reading, now + KeptFor, now + ToolTimeout + FailureKeptFor);
            }
        }
        return await reading.WaitAsync(stop);
    }

    /// <summary>
    /// Forgets everything, so that the next use asks the vault: after a reload or a refused credential.
    /// </summary>
    public void Forget()
    {
        lock (_gate) _kept.Clear();
    }

    private async Task<string> ReadCheckedAsync(CredentialReference reference)
    {
        // Not under the caller's lock: starting a program takes a while.
        await Task.Yield();
        var secret = await ReadAsync(reference, CancellationToken.None);
        if (secret.Length == 0) throw new CredentialException(reference, "it is empty");
        return secret.Any(char.IsControl)
            ? throw new CredentialException(reference, "its first line has control characters")
            : secret;
    }

    private Task<string> ReadAsync(CredentialReference reference, CancellationToken stop) => reference switch
    {
        CredentialReference.Env env => Environment.GetEnvironmentVariable(env.Variable) is { } value
            ? Task.FromResult(value)
            : throw new CredentialException(reference, "the variable is not set for the gatehouse process"),
        CredentialReference.File file => ReadFileAsync(reference, file.Path, stop),
        CredentialReference.Systemd systemd => ReadSystemdAsync(systemd, stop),
        CredentialReference.Pass pass => RunAsync(reference, "pass", ["show", pass.Entry], stop),
        _ => throw new CredentialException(reference, "this kind is not known"),
    };

    private static async Task<string> ReadFileAsync(CredentialReference reference, string path, CancellationToken stop)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            if (length > SecretBytesMax)
                throw new CredentialException(reference, $"the file is over {SecretBytesMax} bytes");
            var bytes = new byte[length];
            var read = await RandomAccess.ReadAsync(file, bytes, 0, stop);
            return FirstLine(bytes.AsSpan(0, read));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CredentialException(reference, $"the file cannot be read ({error.GetType().Name})");
        }
    }

    /// <summary>
    /// systemd hands credentials to a unit as files in $CREDENTIALS_DIRECTORY (systemd.exec(5)); outside of a unit the
    /// encrypted one in the credential store is opened by systemd-creds(1).
    /// </summary>
    private Task<string> ReadSystemdAsync(CredentialReference.Systemd reference, CancellationToken stop)
    {
        if (Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder
            && Path.Combine(folder, reference.Name) is var path && File.Exists(path))
        {
            return ReadFileAsync(reference, path, stop);
        }
        var store = $"/etc/credstore.encrypted/{reference.Name}";
        if (!File.Exists(store)) store += ".cred";
        if (!File.Exists(store))
        {
            throw new CredentialException(reference,
                $"neither the unit's credentials nor /etc/credstore.encrypted has it; "
                    + $"add LoadCredentialEncrypted={reference.Name} to the unit");
        }
        return RunAsync(reference, "systemd-creds", ["decrypt", $"--name={reference.Name}", store, "-"], stop);
    }

    private async Task<string> RunAsync(
        CredentialReference reference, string tool, string[] arguments, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(ToolTimeout);
        var start = new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        Process? process = null;
        try
        {
            process = Process.Start(start) ?? throw new CredentialException(reference, $"{tool} did not start");
            process.StandardInput.Close();
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, limit.Token);
            var bytes = new byte[SecretBytesMax];
            var read = await process.StandardOutput.BaseStream.ReadAtLeastAsync(
                bytes, bytes.Length, throwOnEndOfStream: false, limit.Token);
            // It would wait for a reader for ever, and be taken for one that asks a person.
            if (read == bytes.Length)
                throw new CredentialException(reference, $"{tool} printed {SecretBytesMax} bytes or more");
            await errors;
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0
                ? FirstLine(bytes.AsSpan(0, read))
                : throw new CredentialException(
                    reference, $"`{tool} {arguments[0]}` ended with exit code {process.ExitCode}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new CredentialException(reference, $"the program {tool} is not installed");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CredentialException(
                reference, $"{tool} did not answer within {ToolTimeout.TotalSeconds:0} s (is a passphrase asked for?)");
        }
        finally
        {
            if (process is { HasExited: false }) process.Kill(entireProcessTree: true);
            process?.Dispose();
        }
    }

    private static string FirstLine(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private sealed record Kept(Task<string> Reading, DateTimeOffset Until, DateTimeOffset FailedUntil);
}
