using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Adoption;

/// <summary>Looks for a port of loopback that nobody has.</summary>
internal static class FreePort
{
    private const int First = 21434;

    private const int Tries = 100;

    /// <summary>The first free port; null when a hundred in a row are taken.</summary>
    public static int? Find()
        => Enumerable.Range(First, Tries).Where(IsFree).Select(static port => (int?)port).FirstOrDefault();

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
