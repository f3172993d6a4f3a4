using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Gatehouse.Tests.Image;

/// <summary>A model behind TLS, with a certificate that only who is given it trusts.</summary>
internal sealed class SecretModel : IAsyncDisposable
{
    private const string Body = """
        {"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop",
          "message":{"role":"assistant","content":"hello"}}],"usage":{"prompt_tokens":1,"completion_tokens":1,
          "total_tokens":2}}
        """;

    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly X509Certificate2 _certificate;
    private readonly Task _serving;

    public SecretModel(IPAddress address)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=model", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddYears(-1));
        _listener = new TcpListener(address, 0);
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Url => $"https://{_listener.LocalEndpoint}";

    public string CertificatePem => _certificate.ExportCertificatePem();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(_certificate);
                await tls.ReadAtLeastAsync(new byte[4096], 1, true, _stop.Token);
                await tls.WriteAsync(Encoding.ASCII.GetBytes(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    + $"Content-Length: {Body.Length}\r\n\r\n{Body}"), _stop.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException
                or System.Security.Authentication.AuthenticationException)
            {
                // A caller that does not trust the certificate goes away; the next one may.
            }
        }
    }
}
