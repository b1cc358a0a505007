import { PageHead } from "@/ui/panel";

export function FeedPage() {
  return <PageHead title="FeedPage" />;
}
