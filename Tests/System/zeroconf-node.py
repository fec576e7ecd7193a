"""A DNS-SD node that nobody here wrote (python-zeroconf): publishes a node as Home Edge does, and browses.

    zeroconf-node.py ADDRESS NAME [SERVICE...]    prints "+ NAME ADDRESSES TEXTS" and "- NAME"; SIGTERM ends it
"""
import signal
import socket
import sys

from zeroconf import ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf

KIND = "_orchestration._tcp.local."
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
address, name, services = sys.argv[1], sys.argv[2], sys.argv[3:]


class Listener(ServiceListener):
    def add_service(self, zeroconf, kind, instance):
        info = zeroconf.get_service_info(kind, instance, timeout=5000)
        if info is None:
            print("?", instance, flush=True)
            return
        text, rest = [], info.text
        while rest:
            text.append(rest[1 : 1 + rest[0]].decode())
            rest = rest[1 + rest[0] :]
        print("+", instance.split(".")[0], ",".join(info.parsed_addresses()), "|".join(text), flush=True)

    def update_service(self, zeroconf, kind, instance):
        self.add_service(zeroconf, kind, instance)

    def remove_service(self, zeroconf, kind, instance):
        print("-", instance.split(".")[0], flush=True)


# Home Edge's strings have no '=' behind the services' names, so the text is written here.
strings = [b"Platform=docker", b"ExecType=container"] + [service.encode() for service in services]
text = b"".join(bytes([len(string)]) + string for string in strings)
zeroconf = Zeroconf(interfaces=[address])
own = ServiceInfo(
    KIND, f"{name}.{KIND}", addresses=[socket.inet_aton(address)], port=42425, properties=text,
    server=name.replace("edge-orchestration-", "edge-") + ".local.",
)
zeroconf.register_service(own)
print("published", flush=True)
ServiceBrowser(zeroconf, KIND, Listener())
signal.sigwait([signal.SIGTERM])
zeroconf.unregister_all_services()
zeroconf.close()
