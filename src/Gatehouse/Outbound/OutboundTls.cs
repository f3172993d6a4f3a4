using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Gatehouse.Outbound;

/// <summary>Checks the certificates of servers.</summary>
internal static class OutboundTls
{
    /// <summary>Refuses what the framework would refuse, and says why in words that do not depend on it.</summary>
    /// <exception cref="CertificateException">The certificate is not accepted.</exception>
    public static bool Check(X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        var why = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) why.Add("it has none");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) why.Add("it is for another name");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            why.AddRange((chain?.ChainStatus ?? []).Select(status => status.Status switch
            {
                X509ChainStatusFlags.UntrustedRoot => "its issuer is not one that this host trusts (UntrustedRoot)",
                X509ChainStatusFlags.PartialChain => "its issuer is not known to this host (PartialChain)",
                X509ChainStatusFlags.NotTimeValid => "it has expired or is not valid yet (NotTimeValid)",
                _ => status.Status.ToString(),
            }).Distinct());
        }
        throw new CertificateException($"has a certificate that is not accepted: {string.Join(", ", why)}");
    }
}

/// <summary>
/// A certificate that was not accepted, told from other failures of TLS by its type. The message continues a sentence
/// that begins with the server.
/// </summary>
internal sealed class CertificateException(string message) : AuthenticationException(message);
